import { quoted, RemediationError } from './errors.ts';

/** What made us run. `refused` kinds say that a client was turned away, which puts limits in view. */
export type Trigger =
  | AlarmTrigger
  | { readonly kind: 'schedule'; readonly at: string | null; readonly id: string | null }
  | { readonly kind: 'manual'; readonly at: string | null };

export type AlarmTrigger = {
  readonly kind: 'alarm';
  readonly alarm: string;
  readonly alarmArn: string;
  readonly state: 'ALARM' | 'OK' | 'INSUFFICIENT_DATA';
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Set while an alarm's actions are suppressed by another one. */
  readonly suppressedBy: string | null;
};

export type TriggerKind = Trigger['kind'];

/** The `source` of our own schedule's input, and of a manual test event. */
export const SCHEDULE_SOURCE = 'pg-headroom.schedule';
const MANUAL_SOURCE = 'pg-headroom.manual';

/** An event that waited longer than this tells of a server that has changed since. */
const STALE_AFTER_MS = 5 * 60_000;

/** Whether the trigger itself says that somebody was refused, or a human stands for it. */
export function isRefusal(kind: TriggerKind): boolean {
  return kind !== 'schedule';
}

/** Why nothing is to be done for a trigger, or null. */
export function idleReason(trigger: Trigger, now: number): 'stale' | 'muted' | null {
  if (trigger.kind === 'alarm' && (trigger.state !== 'ALARM' || trigger.suppressedBy !== null))
    return 'muted';
  const at = trigger.at === null ? now : Date.parse(trigger.at);
  return now - at > STALE_AFTER_MS ? 'stale' : null;
}

/**
 * Turns an event of unknown origin into a trigger.
 * @throws RemediationError `event-unknown`, naming what stood there; nothing is guessed.
 */
export function parseTrigger(event: unknown): Trigger {
  const { source, time } = fieldsOf(event);
  if (source === SCHEDULE_SOURCE) return parseSchedule(event);
  if (source === MANUAL_SOURCE)
    return { kind: 'manual', at: time === undefined ? null : timeOf(time, 'time') };
  if (source === 'aws.cloudwatch') return parseAlarm(event);
  const keys = Object.keys(fieldsOf(event)).slice(0, 8).join(', ') || 'none';
  throw unknownEvent(
    `source ${quoted(source)} with the keys ${keys}`,
    `a CloudWatch alarm's direct invocation, or source "${SCHEDULE_SOURCE}" or "${MANUAL_SOURCE}"`,
  );
}

function parseSchedule(event: unknown): Trigger {
  const { scheduledTime, scheduleArn } = fieldsOf(event);
  const at = scheduledTime === undefined ? null : timeOf(scheduledTime, 'scheduledTime');
  // Scheduler's execution id is new for each attempt; the schedule with its time is what stays the same.
  return { kind: 'schedule', at, id: typeof scheduleArn === 'string' ? `${scheduleArn} ${at}` : null };
}

const ALARM_STATES = ['ALARM', 'OK', 'INSUFFICIENT_DATA'] as const;

function parseAlarm(event: unknown): AlarmTrigger {
  const { alarmArn, time, alarmData } = fieldsOf(event);
  const { alarmName, state } = fieldsOf(alarmData);
  const { value, reason, timestamp, actionsSuppressedBy } = fieldsOf(state);
  const known = ALARM_STATES.find((each) => each === value);
  if (known === undefined)
    throw unknownEvent(`alarmData.state.value ${quoted(value)}`, ALARM_STATES.join(', '));
  return {
    kind: 'alarm',
    alarm: textOf(alarmName, 'alarmData.alarmName'),
    alarmArn: textOf(alarmArn, 'alarmArn'),
    state: known,
    reason: typeof reason === 'string' ? reason : '',
    at: timeOf(timestamp ?? time, 'alarmData.state.timestamp'),
    // Whatever stands there says that somebody wants no action now.
    suppressedBy: actionsSuppressedBy == null ? null : String(actionsSuppressedBy),
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function textOf(value: unknown, path: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw unknownEvent(`${path} ${quoted(value)}`, 'a text');
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/** CloudWatch writes its zone as `+0000`, which ISO 8601 parsers refuse; and what is no moment must not become one. */
function timeOf(value: unknown, path: string): string {
  const isMoment = typeof value === 'string' && MOMENT.test(value);
  const at = isMoment ? Date.parse(value.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) : Number.NaN;
  if (Number.isNaN(at))
    throw unknownEvent(`${path} ${quoted(value)}`, 'a time such as 2026-11-21T03:15:42.512+0000');
  return new Date(at).toISOString();
}

function unknownEvent(found: string, allowed: string): RemediationError {
  const message = `The event is not one that pg-headroom acts on: found ${found}, allowed is ${allowed}. Check what invokes this function.`;
  return new RemediationError('event-unknown', message);
}
