import * as z from 'zod/mini';
import { count, enumOf, fields, list, text, textOrNull } from '../base/kept-fields.ts';
import { REFUSAL_KINDS } from '../base/refusal-kind.ts';
import { describe } from '../base/schema-fields.ts';

/** What started a run. Times are ISO 8601, UTC. */

/** Refusals that differ in their time only. A fact that the lines do not tell is null. */
const refused = fields({
  kind: describe('Which limit was reached.', enumOf(REFUSAL_KINDS)),
  user: textOrNull,
  database: textOrNull,
  address: textOrNull,
  count: describe('How often.', count),
  clients: describe('How many clients these are: 1, or more for the rest of a long list.', count),
  first: describe('ISO 8601, UTC.', text),
  last: describe('ISO 8601, UTC.', text),
});

const alarm = fields({
  kind: z.literal('alarm'),
  alarm: text,
  alarmArn: text,
  state: enumOf(['ALARM', 'OK', 'INSUFFICIENT_DATA']),
  reason: text,
  at: text,
  /** The alarm that suppresses the actions of this one, or null. */
  suppressedBy: textOrNull,
  /** The mute rule of the alarm, or null. EventBridge reports changes of state of muted alarms too. */
  mutedBy: textOrNull,
  /** For alarms that watch several series or log groups: which of them this is. */
  contributor: textOrNull,
  /** Absent as well when the event does not tell. */
  metric: describe(
    'The metric that the alarm watches, if it is not the number of refusals.',
    z.optional(text),
  ),
});

/** What a log subscription delivered. */
const logLines = fields({
  kind: z.literal('log-lines'),
  /** The time of the latest refusal, or of the latest line when there is no refusal. */
  at: text,
  /** The log group of the server, or of one of its clients. */
  logGroup: text,
  /** In a log group that several servers share, the stream names the server: `<instance>.<number>`. */
  logStream: text,
  lines: count,
  /** Those with most refusals come first. */
  refused: describe(
    'The refused clients. They had no slot, so they are not the ones that took the slots.',
    list(refused),
  ),
  /** Our attempts to connect cause them, so they must not start a run or count as evidence. */
  own: describe("Refusals of our own role's tries.", count),
  /** Absent where none were. */
  tries: describe('Lines that were taken off because our own tries left as many.', z.optional(count)),
  elsewhere: describe('Refusals by another server that shares the log group.', count),
  /**
   * The slots as the server described them with the latest refusal, by the server's own names such as
   * `non-active`. Only GaussDB and openGauss do.
   */
  figures: z.nullable(z.record(z.string(), z.number())),
});

const schedule = fields({ kind: z.literal('schedule'), at: textOrNull, id: textOrNull });
const manual = fields({ kind: z.literal('manual'), at: textOrNull });

/** An event that never asks for a run. */
const notice = fields({
  kind: z.literal('notice'),
  /**
   * - `heartbeat`: keeps the function from going inactive.
   * - `control`: CloudWatch Logs tests whether its subscription reaches us.
   * - `own-message`: a message or a result of ours came back to us.
   */
  notice: enumOf(['heartbeat', 'control', 'own-message']),
  at: z.null(),
});

export const triggerSchema = z.discriminatedUnion('kind', [alarm, logLines, schedule, manual, notice], {
  error: 'a trigger whose kind is "alarm", "log-lines", "schedule", "manual" or "notice"',
});
