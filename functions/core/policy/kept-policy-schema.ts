import * as z from 'zod/mini';
import { count, enumOf, fields, flag, list, milliseconds, number, text } from '../base/kept-fields.ts';
import { IDLE_STATES } from '../server/session.ts';
import { MODES } from './mode.ts';

/** A policy as a run uses it and a record keeps it: ages in milliseconds, and nothing left out. */

/** A share of the usable slots in whole percent, or a number of free slots. */
const threshold = fields({ unit: enumOf(['usedPercent', 'freeSlots']), value: number });

/**
 * Patterns. Names are exact and case-sensitive, `*` stands for any text and `(none)` for an empty name.
 * Addresses are CIDR, `*` or `local`.
 */
const include = { users: list(text), databases: list(text), applications: list(text), addresses: list(text) };

export const keptPolicySchema = fields({
  mode: enumOf(MODES),
  relieve: fields({
    when: threshold,
    until: threshold,
    ladder: list(fields({ state: enumOf(IDLE_STATES), minAgeMs: milliseconds })),
  }),
  reap: z.nullable(fields({ minAgeMs: milliseconds })),
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
  }),
});
