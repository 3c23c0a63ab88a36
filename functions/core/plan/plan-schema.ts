import * as z from 'zod/mini';
import {
  count,
  enumOf,
  fields,
  list,
  milliseconds,
  number,
  problemSchema,
  text,
} from '../base/kept-fields.ts';
import { describe } from '../base/schema-fields.ts';
import { sessionFields } from '../server/kept-snapshot-schema.ts';
import { groupShape, pressures, scopeSchema } from '../server/scope-schema.ts';

/** What a run plans to end, and why all other sessions stay. */

const victimReason = fields({
  purpose: enumOf(['relieve', 'reap']),
  rung: describe('Counts from 1; null for reap.', z.nullable(number)),
  minAgeMs: milliseconds,
  ageMs: milliseconds,
  group: fields(groupShape),
  /** The scopes in need for which its slot counts. */
  serves: list(scopeSchema),
  /** Such sessions are released when slots are missing. */
  released: describe(
    "It belonged to its program's keep, and the role's programs kept more than their share.",
    z.optional(z.literal(true, { error: 'true' })),
  ),
});

/** The first reason that holds. */
const sparedReason = enumOf([
  'built-in',
  'protected',
  'not-included',
  'state',
  'unknown-age',
  'too-young',
  'kept',
  'limit',
  'not-needed',
]);

/** A limit that cut the plan, because it allowed fewer sessions than the plan wanted. */
const limitCut = fields({
  limit: enumOf(['maxVictims', 'maxPercent', 'firstPlan']),
  allowed: count,
  wanted: count,
});

export const planSchema = fields({
  /** How much of the need the plan covers: there is no need, all of it, a part, or nothing. */
  verdict: enumOf(['healthy', 'sufficient', 'partial', 'no-candidates']),
  /** The server, and after a refusal each limit that is reached. */
  pressure: describe('The scopes that the run looked at, in the order in which it relieves them.', pressures),
  victims: describe(
    'The chosen sessions, in the order in which they end.',
    list(fields({ session: sessionFields, reason: victimReason })),
  ),
  /** The detail says for people what exactly applied. */
  spared: describe(
    'All other sessions, with one reason each.',
    list(fields({ session: sessionFields, reason: sparedReason, detail: text })),
  ),
  limits: list(limitCut),
  /** How many more sessions would have to end after all victims. One session may serve several scopes. */
  missing: count,
  /** Why the thresholds do not fit this server, or null. With a problem there are no victims. */
  problem: z.nullable(problemSchema),
});
