import * as z from 'zod/mini';
import { jsonIn } from '../base/json-in.ts';
import { enumOf, fields, flag, list } from '../base/kept-fields.ts';
import type { ReadOnly } from '../base/read-only.ts';
import { REGION_FORM } from '../base/region-form.ts';
import { matching, wholeNumber } from '../base/schema-fields.ts';
import { MODE_SOURCES } from './fleet-mode.ts';
import { LADDER, LADDER_PROBLEMS } from './ladder.ts';

/**
 * What a cell hands to the organisation's bus once a week. It comes from another account, which may write what it likes: its
 * numbers have bounds, its words are ours or become `other`, and nothing in it is a sentence, an address or a command.
 */

/** Names are examples, and the number beside them counts all. */
export const MOST_EXAMPLES = 5;
/** Many more than a cell has of anything. */
const MOST = 1_000_000;
const MOST_ROWS = 100;

const amount = wholeNumber(0, MOST, `a whole number from 0 to ${MOST}`);
/** The form of a name in RDS: it makes no sentence and no address. */
export const DATABASE_NAME = /^[A-Za-z][A-Za-z0-9-]{0,62}$/;
const name = matching(DATABASE_NAME, 'the name of a database');
const region = matching(new RegExp(`^(?=.{1,30}$)${REGION_FORM}$`), 'the name of a region');
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const moment = matching(MOMENT, 'a time such as 2026-11-30T06:00:00.000Z');
const CODE = /^\d{1,4}\.\d{1,4}\.\d{1,4}(?:\+[0-9a-f]{7,40}(?:-dirty)?)?$/;

const rowsOf = <Shape extends z.core.$ZodShape>(shape: Shape) =>
  list(fields(shape)).check(z.maxLength(MOST_ROWS, { error: `at most ${MOST_ROWS}` }));
const someDatabases = fields({
  databases: amount,
  names: z.array(name).check(z.maxLength(MOST_EXAMPLES, { error: `at most ${MOST_EXAMPLES} names` })),
});
const OTHER = 'other';

/** A field that comes later needs a default, because cells of earlier versions lack it. */
const summarySchema = fields({
  week: moment,
  region,
  /** Version and commit of the code; `other` for what is none. */
  code: z._default(z.catch(matching(CODE, 'a version'), OTHER), OTHER),
  databases: amount,
  /** Databases that are no case for a fleet, or not now. They are among the ones above. */
  aside: amount,
  /** The others by the mode in force. */
  enforce: amount,
  observe: amount,
  off: amount,
  /** How many have reached each step. */
  ladder: rowsOf({ step: z.catch(enumOf([...LADDER, OTHER]), OTHER), reached: amount }),
  /** What keeps how many from a step. */
  gaps: rowsOf({
    step: z.catch(enumOf([...LADDER, OTHER]), OTHER),
    problem: z.catch(enumOf([...LADDER_PROBLEMS, OTHER]), OTHER),
    databases: amount,
  }),
  /** What holds databases at observe; several may hold one. */
  held: rowsOf({ source: z.catch(enumOf([...MODE_SOURCES, OTHER]), OTHER), databases: amount }),
  /** Databases that were seen first in the week before, and those that are gone since. */
  fresh: someDatabases,
  gone: amount,
  /** Databases that runs do not get into, or with an open incident. */
  unwell: someDatabases,
  /** Policies of the bucket that the cell cannot use, and items of its registry that it cannot read. */
  badPolicies: amount,
  unreadable: amount,
  /** Whether the API of RDS, or the organisation's bucket, does not answer. */
  isBlind: flag,
  isCutOff: flag,
  /** Of the week before, as far as it is remembered. */
  incidents: amount,
  ended: amount,
});
export type CellSummary = ReadOnly<z.output<typeof summarySchema>>;

/** Null for anything that is no summary: it counts as said, and as not understood. */
export function parseSummary(written: string): CellSummary | null {
  const parsed = z.safeParse(summarySchema, jsonIn(written));
  return parsed.success ? parsed.data : null;
}

/** The name of a region in what another account wrote; null for anything else. */
export function regionIn(value: unknown): string | null {
  const parsed = z.safeParse(region, value);
  return parsed.success ? parsed.data : null;
}

const requestSchema = fields({ summary: moment });

/** By this the dispatcher asks for the summary of a week. */
export function summaryRequest(week: string): { readonly summary: string } {
  return { summary: week };
}

/** The week that is asked for; null for any other event. */
export function parseSummaryRequest(event: unknown): string | null {
  const parsed = z.safeParse(requestSchema, event);
  return parsed.success ? parsed.data.summary : null;
}
