import { quoted } from '../core/base/errors.ts';
import { HEARTBEAT_SOURCE, MANUAL_SOURCE, SCHEDULE_SOURCE, type Trigger } from '../core/trigger/trigger.ts';
import { type Fields, fieldsOf, timeField, unknownEvent } from './event-fields.ts';
import { parseAlarm, parseNotifiedAlarm } from './parse-alarm.ts';
import { parseLogLines } from './parse-log-lines.ts';
import { unwrapEvent } from './unwrap-event.ts';

/**
 * Parses a trigger from any event. The data of a log subscription are unpacked before. @throws
 * RemediationError `event-unknown` or `event-refused`, which says what was found. Nothing is guessed.
 */
export function parseTrigger(event: unknown): Trigger {
  // EventBridge Scheduler sends an empty object when its target has no input.
  if (isEmptyObject(event)) return { kind: 'schedule', at: null, id: null };
  const fields = unwrapEvent(event);
  if (fields === null) return { kind: 'notice', notice: 'own-message', at: null };
  if ('awslogs' in fields) return parseLogLines(fieldsOf(fields.awslogs).data);
  if ('NewStateValue' in fields) return parseNotifiedAlarm(fields);
  switch (fields.source) {
    case 'aws.cloudwatch':
      return parseAlarm(fields);
    case SCHEDULE_SOURCE:
      return parseSchedule(fields.scheduledTime, 'scheduledTime', fields.scheduleArn);
    case 'aws.scheduler':
    case 'aws.events':
      return parseScheduledEvent(fields);
    case HEARTBEAT_SOURCE:
      return { kind: 'notice', notice: 'heartbeat', at: null };
    case MANUAL_SOURCE:
      return { kind: 'manual', at: fields.time === undefined ? null : timeField(fields.time, 'time') };
    default:
      throw unknownSource(fields);
  }
}

/**
 * The envelope of an EventBridge rule with a schedule. We have seen EventBridge Scheduler send the same, with
 * its `detail` as a text.
 */
function parseScheduledEvent({ 'detail-type': type, time, resources }: Fields): Trigger {
  if (type !== 'Scheduled Event')
    throw unknownEvent(`detail-type ${quoted(type)} of a schedule`, '"Scheduled Event"');
  return parseSchedule(time, 'time', Array.isArray(resources) ? resources[0] : undefined);
}

/** Each attempt has a new execution id. The schedule with its time stays the same. */
function parseSchedule(time: unknown, path: string, arn: unknown): Trigger {
  const at = time === undefined ? null : timeField(time, path);
  return { kind: 'schedule', at, id: typeof arn === 'string' ? `${arn} ${at}` : null };
}

function isEmptyObject(event: unknown): boolean {
  return typeof event === 'object' && event !== null && !Array.isArray(event) && isEmpty(event);
}

function isEmpty(event: object): boolean {
  return Object.keys(event).length === 0;
}

function unknownSource(fields: Fields): Error {
  const keys = Object.keys(fields).slice(0, 8).join(', ') || 'none';
  return unknownEvent(
    `source ${quoted(fields.source)} with the keys ${keys}`,
    `a CloudWatch alarm or its change of state, a log subscription, a schedule, or source "${SCHEDULE_SOURCE}" or "${MANUAL_SOURCE}"`,
  );
}
