import * as z from 'zod/mini';
import { groupShape, scopeSchema } from '../../server/scope-schema.ts';
import { MOST_GROUPS } from '../head-groups.ts';
import { ownTriesShape } from './recall-schema.ts';
import { lockOrNull } from './record-lock-schema.ts';

/**
 * The result of a run in a few numbers, which travel beside its packed record. `report` uses them when the
 * record cannot be read or explained within its budget.
 */

const count = z.int();
const scopeSlots = z.nullable(z.object({ scope: scopeSchema, used: count, usable: count }));
const moment = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/));
const groups = z.array(z.object({ group: z.object(groupShape), count })).check(z.maxLength(MOST_GROUPS));

/** Fields that the schema does not list are dropped, so each field of a head has to be here. */
export const headSchema = z.object({
  /** Which code ran by which policy. Absent in older heads. */
  code: z.optional(z.string()),
  policyHash: z.optional(z.string()),
  startedAt: moment,
  trigger: z.enum(['alarm', 'log-lines', 'schedule', 'manual', 'notice']),
  lock: lockOrNull,
  /** Whether the run asks memory if runs are paused. For other runs a pause would change nothing. */
  heedsPause: z.boolean(),
  /** The slots to free at its first snapshot, over all scopes. Null when it took none. */
  need: z.nullable(count),
  /** The scope in the message, at the first snapshot and at the last one. Null when the run took none. */
  before: scopeSlots,
  after: scopeSlots,
  /** How many sessions the plan chose. */
  chosen: count,
  /** How many sessions were told to end. `ended` counts those that are gone. */
  told: count,
  ended: count,
  /** How many of `ended` left without an answer: we ended them, or they left by themselves. */
  perhaps: count,
  retaken: count,
  /** Null when the first try connected, or when there was none. */
  ownTries: z._default(z.nullable(z.object({ ...ownTriesShape, from: moment, to: moment })), null),
  /**
   * The groups of the sessions that were told to end, the largest first. When none was told to end, the
   * groups of the chosen sessions.
   */
  groups,
  /**
   * Victims that the old meaning of `keepPerGroup` would have kept: their number, the number of all victims,
   * and their groups. Absent when it would have kept none of them, and in older heads.
   */
  keptBefore: z.optional(z.object({ count, chosen: count, groups })),
});
