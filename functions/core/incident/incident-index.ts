import * as z from 'zod/mini';
import type { ReadOnly } from '../base/read-only.ts';
import { CAUSES } from '../diagnosis/cause.ts';
import { MODES } from '../policy/mode.ts';
import { OUTCOMES } from '../run/outcome.ts';

/** The incidents of one server, or of all servers of a region, as their index keeps them. */

const text = z.string();
const count = z.int().check(z.minimum(0));

const runSchema = z.object({
  id: text,
  at: text,
  outcome: z.enum(OUTCOMES),
  mode: z.enum(MODES),
  /** Slots at the first look and at the last one, of the scope that the message is about. Null when not seen. */
  used: z.nullable(count),
  after: z.nullable(count),
  usable: z.nullable(z.int()),
  ended: count,
  hasPage: z.boolean(),
});

const incidentSchema = z.object({
  /** The id of the run that opened it. */
  id: text,
  server: text,
  /** What people call it, where that is another text. */
  name: z.optional(text),
  openedAt: text,
  /** When it was found to be over. Null while it is open. */
  closedAt: z.nullable(text),
  cause: z.nullable(z.enum(CAUSES)),
  /** The name of the program that leads among those to blame. */
  culprit: z.nullable(text),
  /** How many runs it had, and how many sessions they ended. `runs` has the newest, the oldest first. */
  runCount: count,
  ended: count,
  runs: z.array(runSchema),
});

const FORM = 1;
const indexSchema = z.object({ form: z.literal(FORM), incidents: z.array(incidentSchema) });

export type IndexedRun = ReadOnly<z.output<typeof runSchema>>;
export type IndexedIncident = ReadOnly<z.output<typeof incidentSchema>>;
/** The newest incident first. */
export type IncidentIndex = { readonly incidents: readonly IndexedIncident[] };

export const NO_INCIDENTS: IncidentIndex = { incidents: [] };

/** Null for a text that is no index, or one of a later form: it must not be overwritten. */
export function parseIndex(document: string): IncidentIndex | null {
  try {
    const parsed = z.safeParse(indexSchema, JSON.parse(document));
    return parsed.success ? { incidents: parsed.data.incidents } : null;
  } catch {
    return null;
  }
}

export function indexDocument({ incidents }: IncidentIndex): string {
  return JSON.stringify({ form: FORM, incidents });
}
