import * as z from 'zod/mini';
import { count, enumOf, fields, flag, list, milliseconds, number, text } from '../base/kept-fields.ts';
import { IDLE_STATES } from '../server/session.ts';
import { MODES } from './mode.ts';

/**
 * A policy as a run uses it and a record keeps it: ages in milliseconds, and nothing left out but the conditions
 * and lists that single lines do not have.
 */

/** A share of the usable slots in whole percent, or a number of free slots. */
const threshold = fields({ unit: enumOf(['usedPercent', 'freeSlots']), value: number });

/**
 * Patterns. Names are exact and case-sensitive, `*` stands for any text and `(none)` for an empty name.
 * Addresses are CIDR, `*` or `local`.
 */
const include = { users: list(text), databases: list(text), applications: list(text), addresses: list(text) };

/** Which sessions one line is about. An absent list is about all. */
const selection = {
  users: z.optional(list(text)),
  databases: z.optional(list(text)),
  applications: z.optional(list(text)),
  addresses: z.optional(list(text)),
};

/** Why a transaction that is left open may end without pressure. */
export const HARMS = ['blocks', 'holdsBackVacuum'] as const;

/** What all rules have: the least age of the state, and perhaps of the connection. */
const ageFields = { minAgeMs: milliseconds, connectionAgeMs: z.optional(milliseconds), ...selection };

/** Ends sessions on the schedule. Without a state, idle ones. */
const reapRule = fields({
  state: z.optional(enumOf(IDLE_STATES)),
  onlyIf: z.optional(list(enumOf(HARMS))),
  ...ageFields,
});

/** A time of the day, by the clocks of the zone. */
const between = fields({ from: text, to: text, zone: text, ...selection });

export const keptPolicySchema = fields({
  mode: enumOf(MODES),
  relieve: fields({
    when: threshold,
    until: threshold,
    ladder: list(fields({ state: enumOf(IDLE_STATES), ...ageFields })),
  }),
  reap: z.nullable(z.union([reapRule, list(reapRule)])),
  limits: fields({ maxVictims: count, maxPercent: count, keepPerGroup: count }),
  include: fields(include),
  protect: fields({
    users: list(text),
    databases: list(text),
    applications: list(text),
    builtinApplications: flag,
    addresses: list(text),
    poolers: list(text),
    listeners: flag,
    advisoryLocks: flag,
    temporaryTables: flag,
    /** Absent where a policy has none, as in earlier records. */
    youngerThan: z.optional(list(fields({ ageMs: milliseconds, ...selection }))),
    between: z.optional(list(between)),
  }),
});
