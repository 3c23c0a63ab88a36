import * as z from 'zod/mini';
import { foundText, RemediationError } from '../base/errors.ts';
import { findingsOf } from '../base/schema-findings.ts';
import { strictObject } from '../base/strict-object.ts';
import { CAUSES } from '../diagnosis/cause.ts';
import { MODES } from '../policy/policy.ts';
import { OUTCOMES } from '../run/outcome.ts';
import { INCIDENT_STATES, TOPICS } from './incident.ts';
import { type Memory, type MemoryPlace, NOTHING_REMEMBERED } from './memory.ts';

/** The form of the stored item. An item without a form is from the time before it held incidents. */
const FORM = 2;

const TEXT = 'a text';
const text = z.string({ error: TEXT }).check(z.minLength(1, { error: TEXT }));
const name = z.string({ error: TEXT });
const MOMENT = 'a time such as 2026-11-21T03:15:42.512Z';
const moment = z
  .string({ error: MOMENT })
  .check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, { error: MOMENT }));
const checks = z.array(text, { error: 'a list of checks' });
const VERSION = 'a whole number from 1 on';
const version = z.int({ error: VERSION }).check(z.gte(1, { error: VERSION }));
const COUNT = 'a whole number from 0 on';
const count = z.int({ error: COUNT }).check(z.gte(0, { error: COUNT }));

const oneOf = <const Names extends readonly [string, ...string[]]>(names: Names) =>
  z.enum(names, { error: `one of ${names.join(', ')}` });
const listOf = <Item extends z.core.$ZodType>(item: Item) => z.array(item, { error: 'a list' });

const pauseFields = { at: moment, by: text, reason: z.nullable(text) };
const pause = strictObject({ ...pauseFields, until: z.nullable(moment) });

const cause = z.nullable(oneOf(CAUSES));
const culprit = z.nullable(strictObject({ application: name, user: name, database: name }));
const fingerprint = z.nullable(text);
const recurrence = strictObject({ times: count, sameCulprit: count });
const counts = { openedAt: moment, lastTroubleAt: moment, runs: count, ended: count };
const outcome = oneOf(OUTCOMES);

const incident = strictObject({
  id: text,
  ...counts,
  lastRunAt: moment,
  nature: strictObject({ outcome, mode: oneOf(MODES), cause, culprit }),
  recurrence,
  toldAt: moment,
  told: listOf(strictObject({ at: moment, standing: oneOf(INCIDENT_STATES), cause, culprit: fingerprint })),
});

const run = strictObject({
  id: text,
  at: moment,
  outcome,
  cause,
  culprit: fingerprint,
  need: z.nullable(count),
  ended: count,
  retaken: count,
});

const ownTries = strictObject({ from: moment, to: moment, tries: count, address: z.nullable(text) });

const story = strictObject({
  kind: oneOf(['opened', 'changed', 'reminder', 'over']),
  at: moment,
  incident: strictObject({ id: text, ...counts, cause, culprit }),
  recurrence,
  change: z.nullable(oneOf(['standing', 'cause', 'culprit', 'breaker'])),
  breaker: z.nullable(pause),
  because: z.nullable(oneOf(['healthy', 'quiet'])),
  before: z.nullable(moment),
});

const formBefore = strictObject({
  version,
  paused: z.nullable(strictObject(pauseFields)),
  told: checks,
  telling: checks,
});

const memorySchema = strictObject({
  version,
  form: z.literal(FORM, { error: `the number ${FORM}` }),
  paused: z.nullable(pause),
  told: checks,
  telling: checks,
  incident: z.nullable(incident),
  runs: listOf(run),
  // Older items have neither.
  ownTries: z._default(listOf(ownTries), []),
  busySince: z._default(z.nullable(moment), null),
  closed: listOf(strictObject({ openedAt: moment, lastRunAt: moment, culprit: fingerprint })),
  trippedAt: z.nullable(moment),
  untold: listOf(
    strictObject({ runId: text, story: z.nullable(story), taken: listOf(oneOf(TOPICS)), checks }),
  ),
  keepToldBy: z.optional(text),
});

/**
 * Parses a stored item: its version, and the rest as JSON, in this form or the one before. @throws
 * RemediationError `memory-unreadable`, also for an item of a later form: an item that this version does not
 * understand must not be overwritten.
 */
export function parseMemory({ server, table }: MemoryPlace, found: unknown, document: string): Memory {
  const rest = parseJson(document);
  const input = typeof rest === 'object' && rest !== null ? { ...rest, version: found } : rest;
  const isNew = typeof input === 'object' && input !== null && 'form' in input;
  const read = isNew ? parseForm(input) : parseFormBefore(input);
  if ('memory' in read) return read.memory;
  const problems = findingsOf(read.error, input).map((each) => `${each.path}: ${foundText(each.found)}`);
  const message = `What table ${table} holds of ${server} is not understood (${problems.join('; ')}): deploy functions and command in one version, or delete the item. A pause in it is then gone.`;
  throw new RemediationError('memory-unreadable', message);
}

type Read = { readonly memory: Memory } | { readonly error: z.core.$ZodError };

function parseForm(input: unknown): Read {
  const parsed = z.safeParse(memorySchema, input);
  if (!parsed.success) return { error: parsed.error };
  const { form: _, ...memory } = parsed.data;
  return { memory };
}

function parseFormBefore(input: unknown): Read {
  const parsed = z.safeParse(formBefore, input);
  if (!parsed.success) return { error: parsed.error };
  const { paused, ...rest } = parsed.data;
  // In that form only people paused runs.
  return {
    memory: { ...NOTHING_REMEMBERED, ...rest, paused: paused === null ? null : { ...paused, until: null } },
  };
}

function parseJson(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch {
    return undefined;
  }
}

/** The part of an item that `parseMemory` takes as JSON. */
export function memoryDocument({ version: _, ...rest }: Memory): string {
  return JSON.stringify({ form: FORM, ...rest });
}
