import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RemediationError } from '../../functions/core/base/errors.ts';
import { parseTrigger } from '../../functions/events/parse-trigger.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { recordedEvent } from '../support/events.ts';
import { INCIDENTS } from '../support/incidents.ts';

const AT = '2026-11-21T03:15:42.512Z';
const ARN = 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:';

const refusalOf = (event: unknown): { readonly code: string; readonly message: string } => {
  try {
    return { code: 'accepted', message: JSON.stringify(parseTrigger(event)) };
  } catch (error) {
    if (!(error instanceof RemediationError)) throw error;
    return error.toProblem();
  }
};

describe('The moment of an alarm', () => {
  test.each([
    ['2026-11-21T03:15:42.512+0000', AT],
    ['2026-11-21T04:15:42.512+0100', AT],
    ['2026-11-20T22:45:42.512-0430', AT],
    ['2026-11-21T03:15:42.512Z', AT],
    ['2026-11-21T03:15:42+00:00', '2026-11-21T03:15:42.000Z'],
  ])('%s is %s', (timestamp, at) => {
    const event = recordedEvent('metric-alarm');
    Object.assign(event.alarmData as object, { state: { value: 'ALARM', timestamp } });
    expect(parseTrigger(event)).toMatchObject({ at });
  });

  test.each(['metric-alarm', 'eventbridge-metric-alarm'])(
    'is that of the event where the state of %s has none',
    (name) => {
      const event = recordedEvent(name);
      Object.assign((event.alarmData ?? event.detail) as object, { state: { value: 'ALARM' } });
      expect(parseTrigger({ ...event, time: '2026-11-21T03:16:00.000+0000' })).toMatchObject({
        at: '2026-11-21T03:16:00.000Z',
      });
    },
  );
});

describe('JSON in a text is read like an object', () => {
  const metric = recordedEvent('metric-alarm');
  const change = recordedEvent('eventbridge-metric-alarm');
  test.each([
    ['a whole event', JSON.stringify(metric)],
    ["an alarm's data", { ...metric, alarmData: JSON.stringify(metric.alarmData) }],
    ["an EventBridge event's detail", { ...change, detail: JSON.stringify(change.detail) }],
    ['an EventBridge event in an SNS message', snsOf(JSON.stringify(change))],
  ])('%s', (_, event) => {
    expect(parseTrigger(event)).toEqual(parseTrigger(metric));
  });

  test('a schedule in an SNS message', () => {
    expect(parseTrigger(snsOf(JSON.stringify(recordedEvent('scheduler-envelope'))))).toEqual(
      parseTrigger(recordedEvent('scheduler-envelope')),
    );
  });
});

describe('What we said ourselves starts nothing when it comes back', () => {
  const result = {
    version: '1.0',
    requestContext: { condition: 'RetriesExhausted', functionArn: `${ARN}f` },
    requestPayload: recordedEvent('metric-alarm'),
    responsePayload: { errorType: 'event-unknown' },
  };
  test.each([
    ['what Lambda sends to a destination', result],
    ['the same by way of a topic', snsOf(JSON.stringify(result))],
  ])('%s', (_, event) => {
    expect(parseTrigger(event)).toEqual({ kind: 'notice', notice: 'own-message', at: null });
  });

  test.each(['recovered', 'busy', 'failed'] as const)('a message about a run that ended %s', (outcome) => {
    const { text, attributes } = renderIncident(INCIDENTS[outcome]());
    const values = Object.entries(attributes).map(([name, Value]) => [name, { Type: 'String', Value }]);
    const [record] = recordedEvent('sns-own-message').Records as readonly [{ readonly Sns: object }];
    const Sns = { ...record.Sns, Message: text, MessageAttributes: Object.fromEntries(values) };
    expect(parseTrigger({ Records: [{ ...record, Sns }] })).toMatchObject({ notice: 'own-message' });
  });

  test('a foreign message with attributes of its own is not taken for ours', () => {
    const event = recordedEvent('sns-metric-alarm');
    const [record] = event.Records as readonly [{ readonly Sns: object }];
    Object.assign(record.Sns, { MessageAttributes: { severity: { Type: 'String', Value: 'high' } } });
    expect(parseTrigger(event)).toMatchObject({ kind: 'alarm' });
  });
});

describe('An unknown event', () => {
  const alarmWith = (fields: object) => {
    const event = recordedEvent('metric-alarm');
    return { ...event, alarmData: { ...(event.alarmData as object), ...fields } };
  };
  const [first] = recordedEvent('sns-metric-alarm').Records as readonly object[];

  test.each([
    ['nothing', undefined, 'event-unknown', 'keys none'],
    ['null', null, 'event-unknown', 'keys none'],
    ['a text', 'aws.cloudwatch', 'event-unknown', 'keys none'],
    ['an empty list', [], 'event-unknown', 'keys none'],
    ['a list', [{ source: 'aws.cloudwatch' }], 'event-unknown', 'keys 0'],
    ['another source', { source: 'aws.rds', detail: {} }, 'event-unknown', '"aws.rds"'],
    [
      'our name in other letters',
      { source: 'PG-Headroom.schedule' },
      'event-unknown',
      '"PG-Headroom.schedule"',
    ],
    [
      'a longer name',
      { source: 'pg-headroom.schedule.evil' },
      'event-unknown',
      '"pg-headroom.schedule.evil"',
    ],
    ['no record', { Records: [] }, 'event-unknown', 'records of source nothing'],
    ['records of S3', { Records: [{ eventSource: 'aws:s3' }] }, 'event-unknown', '"aws:s3"'],
    ['two SNS records', { Records: [first, first] }, 'event-refused', '2 SNS records'],
    ['an SNS message in words', snsOf('the server is full'), 'event-unknown', '"the server is full"'],
    ['an empty SNS message', snsOf('{}'), 'event-unknown', 'an SNS message'],
    [
      'records in an SNS message',
      snsOf(JSON.stringify({ Records: [first] })),
      'event-unknown',
      'an SNS message',
    ],
    [
      'a scheduler event of another type',
      { source: 'aws.scheduler', 'detail-type': 'x' },
      'event-unknown',
      '"x"',
    ],
    [
      'an alarm without data',
      { source: 'aws.cloudwatch', alarmArn: 'a', time: AT },
      'event-unknown',
      'alarmData.alarmName',
    ],
    ['an unknown state', alarmWith({ state: { value: 'alarm', timestamp: AT } }), 'event-unknown', '"alarm"'],
    ['no name', alarmWith({ alarmName: '' }), 'event-unknown', 'alarmData.alarmName'],
    ['no moment', alarmWith({ state: { value: 'ALARM', timestamp: 'now' } }), 'event-unknown', '"now"'],
    [
      'a moment in milliseconds',
      alarmWith({ state: { value: 'ALARM', timestamp: 1_795_230_920 } }),
      'event-unknown',
      '1795230920',
    ],
    [
      'a schedule whose time was never filled in',
      { source: 'pg-headroom.schedule', scheduledTime: '<aws.scheduler.scheduled-time>' },
      'event-unknown',
      'scheduledTime',
    ],
    [
      'a schedule without a moment',
      { source: 'pg-headroom.schedule', scheduledTime: '5' },
      'event-unknown',
      'scheduledTime',
    ],
  ] as const)('%s is refused by what stood there', (_, event, code, found) => {
    const { code: refused, message } = refusalOf(event);
    expect(refused).toBe(code);
    expect(message).toContain(found);
    expect(message).toMatch(/^The event is not one that pg-headroom acts on: found .*, expected .*\.$/s);
  });

  test('a schedule and a manual event may come without a time', () => {
    expect(parseTrigger({ source: 'pg-headroom.schedule' })).toEqual({
      kind: 'schedule',
      at: null,
      id: null,
    });
    expect(parseTrigger({ source: 'pg-headroom.manual' })).toEqual({ kind: 'manual', at: null });
  });

  test('whatever comes is a trigger or refused with a code', () => {
    const events = fc.oneof(
      fc.anything(),
      fc.record({
        source: fc.constantFrom('aws.cloudwatch', 'aws.scheduler', 'aws.events', 'pg-headroom.schedule'),
        'detail-type': fc.constantFrom(undefined, 'Scheduled Event', 'CloudWatch Alarm State Change'),
        alarmData: fc.anything(),
        detail: fc.anything(),
        resources: fc.anything(),
      }),
      fc.record({ source: fc.constant('pg-headroom.manual'), time: fc.anything() }),
      fc.record({ NewStateValue: fc.constant('ALARM'), AlarmContributorAttributes: fc.anything() }),
      fc.record({
        Records: fc.array(fc.record({ EventSource: fc.constant('aws:sns'), Sns: fc.anything() })),
      }),
      fc.record({ source: fc.constant('aws.cloudwatch'), alarmData: fc.record({ state: fc.anything() }) }),
      fc.record({ awslogs: fc.record({ data: fc.anything() }) }),
    );
    fc.assert(fc.property(events, (event) => refusalOf(event).message !== ''));
  });
});

function snsOf(message: string): object {
  const { Records } = recordedEvent('sns-metric-alarm');
  const [record] = Records as readonly [{ readonly Sns: object }];
  return { Records: [{ ...record, Sns: { ...record.Sns, Message: message } }] };
}
