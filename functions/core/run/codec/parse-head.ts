import * as z from 'zod/mini';
import { MOST_GROUPS, type RunHead } from '../run-head.ts';
import { lockOrNull } from './record-lock-schema.ts';

const count = z.int();
const scope = z.union([
  z.object({ kind: z.literal('server') }),
  z.object({ kind: z.enum(['role', 'database']), name: z.string() }),
]);
const slots = z.nullable(z.object({ scope, used: count, usable: count }));
const group = z.object({ application: z.string(), user: z.string(), database: z.string() });
const moment = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/));
/** Fields that the schema does not list are dropped, so each field of a head has to be here. */
const groups = z.array(z.object({ group, count })).check(z.maxLength(MOST_GROUPS));
export const headSchema = z.object({
  code: z.optional(z.string()),
  policyHash: z.optional(z.string()),
  startedAt: moment,
  trigger: z.enum(['alarm', 'log-lines', 'schedule', 'manual', 'notice']),
  lock: lockOrNull,
  heedsPause: z.boolean(),
  need: z.nullable(count),
  before: slots,
  after: slots,
  ...{ chosen: count, told: count, ended: count, perhaps: count, retaken: count },
  ownTries: z._default(
    z.nullable(z.object({ from: moment, to: moment, tries: count, address: z.nullable(z.string()) })),
    null,
  ),
  groups,
  keptBefore: z.optional(z.object({ count, chosen: count, groups })),
});

/**
 * The head beside a packed record. Null when there is none, as in the result of an older `remediate`, or when
 * it cannot be read.
 */
export function parseHead(input: unknown): RunHead | null {
  const parsed = z.safeParse(headSchema, input);
  return parsed.success ? parsed.data : null;
}
