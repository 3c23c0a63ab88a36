import * as z from 'zod/mini';
import { RECEIVER_KINDS } from '../../contract.ts';
import { strictObject } from '../base/strict-object.ts';
import { CAUSES } from '../diagnosis/cause.ts';
import { MODES } from '../policy/mode.ts';
import { ownTriesShape, pauseShape, resumeShape } from '../run/codec/recall-schema.ts';
import { OUTCOMES } from '../run/outcome.ts';
import { groupShape } from '../server/scope-schema.ts';

/**
 * What is known about one server across its runs: the source of its types, and the form of the stored item.
 * Times are ISO 8601, UTC. Unlike a record, an item with a key that is not known is refused, because it would
 * be overwritten.
 */

/** The form of the stored item. An item without a form is from the time before it held incidents. */
export const FORM = 2;

/** The states of an incident, by what they ask of people. The worst comes last. */
export const INCIDENT_STATES = [
  /** A refusal for which no run saw the reason. */
  'unexplained',
  /** A run has relieved it without people. */
  'relieved',
  /** Pressure that no run relieved. */
  'pressed',
  /** No run could look, or read the result of its terminations. */
  'unseen',
  /** Pressure, but runs are paused. */
  'paused',
] as const;

/** Where messages go: to topics of SNS, and to receivers beyond AWS. */
export const TOPICS = ['people', 'chat', ...RECEIVER_KINDS] as const;

const TEXT = 'a text';
const text = z.string({ error: TEXT }).check(z.minLength(1, { error: TEXT }));
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

const pauseFields = { ...pauseShape, at: moment, by: text, reason: z.nullable(text) };
const pause = strictObject({ ...pauseFields, until: z.nullable(moment) });

const cause = z.nullable(oneOf(CAUSES));
/** The program that leads among those that hold the slots. */
const culprit = z.nullable(strictObject(groupShape));
/** The fingerprint of a culprit. */
const fingerprint = z.nullable(text);
/**
 * How many incidents there were in the last 24 hours, this one included, and how many of them had the same
 * culprit.
 */
const recurrence = strictObject({ times: count, sameCulprit: count });
const counts = {
  openedAt: moment,
  /** When the newest run that saw trouble began. */
  lastTroubleAt: moment,
  /** How many runs saw trouble, and how many sessions they ended. */
  runs: count,
  ended: count,
};
const outcome = oneOf(OUTCOMES);

/**
 * An *incident* spans several runs of one server: from the first run that saw trouble, or could not look,
 * until it is over.
 */
const incident = strictObject({
  /** The id of the run that opened it. */
  id: text,
  ...counts,
  /** When its newest run began, whatever the run saw. */
  lastRunAt: moment,
  /**
   * What distinguishes one trouble from another, as the newest run that saw trouble saw it. When it changes,
   * people are told again.
   */
  nature: strictObject({ outcome, mode: oneOf(MODES), cause, culprit }),
  recurrence,
  /** When people were last told about it. */
  toldAt: moment,
  /** The natures that people were told, the latest last. */
  told: listOf(strictObject({ at: moment, standing: oneOf(INCIDENT_STATES), cause, culprit: fingerprint })),
});

/** The facts about a run that later runs need. */
const run = strictObject({
  id: text,
  at: moment,
  outcome,
  cause,
  culprit: fingerprint,
  /** The slots to free at its first snapshot, over all scopes. Null when it took none. */
  need: z.nullable(count),
  ended: count,
  retaken: count,
});

const ownTries = strictObject({ ...ownTriesShape, from: moment, to: moment, address: z.nullable(text) });

/** What the message about an incident says after a run, and what people need to know beside the run. */
const story = strictObject({
  kind: oneOf(['opened', 'changed', 'reminder', 'over']),
  at: moment,
  incident: strictObject({ id: text, ...counts, cause, culprit }),
  recurrence,
  /** What has changed, when the kind is `changed`. Null otherwise. */
  change: z.nullable(oneOf(['standing', 'cause', 'culprit', 'breaker'])),
  /**
   * The breaker's pause, which this run set, or which is lifted because the incident is over. Null otherwise.
   */
  breaker: z.nullable(pause),
  /** Why the incident is over: healthy runs in a row, or no trouble for an hour. Null when it is not over. */
  because: z.nullable(oneOf(['healthy', 'quiet'])),
  /**
   * When this run opened an incident and only now found an earlier one over: when that one had opened. Null
   * otherwise.
   */
  before: z.nullable(moment),
});

/**
 * An incident that is over, with the facts by which later ones are compared. `lastRunAt` is when the run that
 * closed it began.
 */
const closed = strictObject({ openedAt: moment, lastRunAt: moment, culprit: fingerprint });

/** What runs in mode `observe` would have ended, since the first of them. */
const observation = strictObject({
  since: moment,
  /** The newest run that was counted. A run that is reported twice is counted once. */
  lastRunId: text,
  /** How many runs would have ended sessions, and the most sessions in one run. */
  runs: count,
  most: count,
  /** The programs that would have lost sessions, those in most runs first: in how many runs, and the most in one. */
  programs: listOf(strictObject({ group: strictObject(groupShape), runs: count, most: count })),
  /** The run whose message people got about it. Null until there is one. */
  toldBy: z.nullable(text),
});

/** Why people are warned before a server is full. Numbers are slots. */
const warning = strictObject({
  at: moment,
  used: count,
  usable: count,
  /** The tier that was reached, in percent of the usable slots. Null for a forecast. */
  percent: z.nullable(count),
  /** When the server will be full, and at how many slots an hour. Null for a tier. */
  forecast: z.nullable(strictObject({ fullAt: moment, perHour: count })),
});

/** A message that has not reached every topic yet. The next delivery of its run publishes it to the rest. */
const outboxMessage = strictObject({
  runId: text,
  /** Null for messages outside incidents. */
  story: z.nullable(story),
  /** The topics that took it. */
  taken: listOf(oneOf(TOPICS)),
  /** The misconfigurations that it reports. Empty when it is about the run. */
  checks,
  /** The week of observing that it sums up. Absent in other messages. */
  observed: z.optional(observation),
  /** Absent in messages that are no early warning. */
  warning: z.optional(warning),
});

/** What decides in a fleet when the next run is due. */
const fleetMemory = strictObject({
  /** Runs in a row that could not get into a server that was not full. */
  failures: count,
  failedAt: z.nullable(moment),
  /** The code of the last one's problem. */
  failedBy: z.nullable(text),
  /** Since when at least 40 % of the slots are in use. */
  busyAt: z.nullable(moment),
  /** The newest run that was counted. */
  lastRunId: z.nullable(text),
});

const { until: _, ...pauseBefore } = pauseFields;
export const formBefore = strictObject({
  version,
  paused: z.nullable(strictObject(pauseBefore)),
  told: checks,
  telling: checks,
});

export const memorySchema = strictObject({
  /** The number of writes. Each write names the version that it replaces. */
  version,
  form: z.literal(FORM, { error: `the number ${FORM}` }),
  paused: z.nullable(pause),
  /** When a person last resumed runs, and who did. Absent before that, and in older items. */
  resumed: z.optional(strictObject({ ...resumeShape, at: moment, by: text })),
  /**
   * Misconfigurations that people were told, by check. One that is gone is dropped, and reported again if it
   * returns.
   */
  told: checks,
  /** Pending misconfigurations: their message is in the outbox, and no topic has taken it yet. */
  telling: checks,
  incident: z.nullable(incident),
  /** The newest runs that matter to incidents, the oldest first. */
  runs: listOf(run),
  /** Our own refused tries in the newest runs that had any, the oldest first. Older items have none. */
  ownTries: z._default(listOf(ownTries), []),
  /**
   * Since when each run has found the lock taken. Null when the latest run that wanted the lock got it. Older
   * items lack it.
   */
  busySince: z._default(z.nullable(moment), null),
  /** The newest incidents that are over, the oldest first. */
  closed: listOf(closed),
  /** When the breaker last tripped. */
  trippedAt: z.nullable(moment),
  /** The outbox: messages that have not reached every topic yet, the oldest first. */
  untold: listOf(outboxMessage),
  /**
   * The run whose message lists the sessions that the old meaning of `keepPerGroup` would have kept. Absent
   * until there is such a message.
   */
  keepToldBy: z.optional(text),
  /** Absent while the policy enforces, and in older items. */
  observed: z.optional(observation),
  /** Absent for declared servers. */
  fleet: z.optional(fleetMemory),
});
