import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { RemediationError } from '../../functions/core/base/errors.ts';
import { idleReason, type Trigger } from '../../functions/core/trigger/trigger.ts';
import { parseTrigger } from '../../functions/events/parse-trigger.ts';
import { anAlarm } from '../support/builders.ts';
import { recordedEvent } from '../support/events.ts';

const AT = '2026-11-21T03:15:42.512Z';
const SOON = Date.parse(AT) + 900;
const ARN = 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:';
const RULE = 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm-mute-rule:nightly-maintenance';
const SCHEDULE = 'arn:aws:scheduler:eu-west-1:111122223333:schedule/default/pg-headroom-orders';

/** Log lines are events as they are unpacked. */
const eventOf = (name: string): unknown =>
  name.startsWith('log-lines') ? { awslogs: { data: recordedEvent(name) } } : recordedEvent(name);

const refusalOf = (event: unknown): { readonly code: string; readonly message: string } => {
  try {
    return { code: 'accepted', message: JSON.stringify(parseTrigger(event)) };
  } catch (error) {
    if (!(error instanceof RemediationError)) throw error;
    return error.toProblem();
  }
};

const ORDERS = { alarm: 'orders-db-too-many-clients', alarmArn: `${ARN}orders-db-too-many-clients` };
const COMPOSITE = { alarm: 'orders-db', alarmArn: `${ARN}orders-db` };
const LOG = { alarm: 'orders-db-53300', alarmArn: `${ARN}orders-db-53300` };
const GROUP = '@log 111122223333:/aws/rds/instance/orders-db/postgresql';
const LOGS = { alarm: 'databases-53300', alarmArn: `${ARN}databases-53300`, contributor: GROUP };
const MATH = {
  alarm: 'orders-db-connections',
  alarmArn: `${ARN}orders-db-connections`,
  metric: 'Used slots, percent',
};

/** The alarm that each is read as, with the state ALARM unless told otherwise; and the beginning of why nothing is done. */
const ALARMS: readonly (readonly [string, Partial<Trigger>, string | null])[] = [
  ['metric-alarm', ORDERS, null],
  ['metric-alarm-ok', { ...ORDERS, state: 'OK' }, 'The alarm went to OK'],
  [
    'metric-alarm-insufficient-data',
    { ...ORDERS, state: 'INSUFFICIENT_DATA' },
    'The alarm went to INSUFFICIENT_DATA',
  ],
  ['metric-math-alarm', MATH, null],
  [
    'metrics-insights-alarm-contributor',
    {
      alarm: 'connections-of-each-instance',
      alarmArn: `${ARN}connections-of-each-instance`,
      contributor: 'DBInstanceIdentifier orders-db',
      metric:
        'SELECT MAX(DatabaseConnections) FROM SCHEMA("AWS/RDS", DBInstanceIdentifier) GROUP BY DBInstanceIdentifier',
    },
    null,
  ],
  ['set-alarm-state', ORDERS, null],
  ['composite-alarm', COMPOSITE, null],
  [
    'composite-alarm-suppressed',
    { ...COMPOSITE, suppressedBy: 'AlarmSuppressor' },
    "The alarm's actions are suppressed (AlarmSuppressor)",
  ],
  // On `previousState` it means that suppression has just ended: this is the call that must act.
  ['composite-alarm-suppression-ended', COMPOSITE, null],
  ['log-alarm', LOG, null],
  ['log-alarm-contributor', LOGS, null],
  ['eventbridge-metric-alarm', ORDERS, null],
  ['eventbridge-metric-alarm-ok', { ...ORDERS, state: 'OK' }, 'The alarm went to OK'],
  ['eventbridge-metric-alarm-muted', { ...ORDERS, mutedBy: RULE }, `The alarm is muted (${RULE})`],
  [
    'eventbridge-composite-alarm-suppressed',
    { ...COMPOSITE, suppressedBy: 'AlarmSuppressor' },
    "The alarm's actions are suppressed",
  ],
  ['eventbridge-composite-alarm-suppression-ended', COMPOSITE, null],
  ['eventbridge-log-alarm', LOG, null],
  ['eventbridge-log-alarm-contributor', LOGS, null],
  ['sns-metric-alarm', ORDERS, null],
  ['sns-metric-alarm-ok', { ...ORDERS, state: 'OK' }, 'The alarm went to OK'],
  ['sns-metric-math-alarm', MATH, null],
  ['sns-composite-alarm', COMPOSITE, null],
  ['sns-log-alarm', LOG, null],
  ['sns-log-alarm-contributor', LOGS, null],
];

const OTHERS: readonly (readonly [string, object, string | null])[] = [
  [
    'schedule',
    { kind: 'schedule', at: '2026-11-21T03:15:00.000Z', id: `${SCHEDULE} 2026-11-21T03:15:00.000Z` },
    null,
  ],
  [
    'scheduler-envelope',
    { kind: 'schedule', at: '2026-11-21T03:15:00.000Z', id: `${SCHEDULE} 2026-11-21T03:15:00.000Z` },
    null,
  ],
  ['scheduler-empty', { kind: 'schedule', at: null, id: null }, null],
  [
    'rule-schedule',
    {
      kind: 'schedule',
      at: '2026-11-21T03:15:00.000Z',
      id: 'arn:aws:events:eu-west-1:111122223333:rule/pg-headroom-orders 2026-11-21T03:15:00.000Z',
    },
    null,
  ],
  ['manual', { kind: 'manual', at: '2026-11-21T03:15:42.000Z' }, null],
  ['heartbeat', { kind: 'notice', notice: 'heartbeat', at: null }, 'The heartbeat only keeps this function'],
  [
    'log-lines-control',
    { kind: 'notice', notice: 'control', at: null },
    'CloudWatch Logs only tries whether',
  ],
  [
    'sns-own-message',
    { kind: 'notice', notice: 'own-message', at: null },
    'It is a message or a result of our own',
  ],
];

const REFUSED: readonly (readonly [string, string, string])[] = [
  ['sqs-metric-alarm', 'event-refused', 'SQS invokes synchronously'],
  ['eventbridge-alarm-configuration-change', 'event-unknown', '"CloudWatch Alarm Configuration Change"'],
];

describe('Recorded events', () => {
  test.each(ALARMS)('%s is an alarm', (name, fields, why) => {
    const trigger = parseTrigger(eventOf(name));
    expect(trigger).toEqual(
      anAlarm({ at: AT, ...fields, reason: expect.stringMatching(/./) } as Parameters<typeof anAlarm>[0]),
    );
    expect(idleReason(trigger, SOON)?.why.slice(0, why?.length) ?? null).toBe(why);
    expect(idleReason(trigger, SOON)?.outcome ?? null).toBe(why === null ? null : 'muted');
  });

  test.each(OTHERS)('%s is none', (name, trigger, why) => {
    expect(parseTrigger(eventOf(name))).toEqual(trigger);
    const idle = idleReason(parseTrigger(eventOf(name)), SOON);
    expect(idle?.why.slice(0, why?.length) ?? null).toBe(why);
  });

  test.each(REFUSED)('%s is refused', (name, code, found) => {
    expect(refusalOf(eventOf(name))).toEqual({ code, message: expect.stringContaining(found) });
  });

  test('every one of them is read by a test', () => {
    const named = [...ALARMS, ...OTHERS, ...REFUSED].map(([name]) => `${name}.json`);
    const files = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.json'));
    expect([...named, 'log-lines.json'].toSorted()).toEqual(files.toSorted());
  });

  test('the reason of an alarm is what CloudWatch wrote, or a person by hand', () => {
    expect(parseTrigger(recordedEvent('set-alarm-state'))).toMatchObject({
      reason: 'Fire drill by on-call: please ignore',
    });
    for (const name of ['metric-alarm', 'eventbridge-metric-alarm', 'sns-metric-alarm'])
      expect(parseTrigger(recordedEvent(name))).toMatchObject({
        reason: expect.stringMatching(/^Threshold Crossed: 1 out of the last 1 datapoints \[37\.0/),
      });
  });

  test('an execution of a schedule is new for each attempt and plays no part', () => {
    const again = { ...recordedEvent('schedule'), executionId: 'another', attempt: '2' };
    expect(parseTrigger(again)).toEqual(parseTrigger(recordedEvent('schedule')));
  });
});
