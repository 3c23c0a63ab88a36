import { describe, expect, test } from 'vitest';
import { toSentNews } from '../../functions/core/fleet/cell-news.ts';
import { runEventOf } from '../../functions/core/fleet/run-event.ts';
import { parseDispatchEvent } from '../../functions/fleet/parse-dispatch-event.ts';
import { parseFleetDelivery } from '../../functions/fleet/parse-fleet-delivery.ts';
import { FLEET_NOW, REMEDIATE_ARN, registered } from '../support/fleet.ts';

const { key } = registered();

describe('What the report of a cell is invoked with', () => {
  const requestPayload = runEventOf(registered(), 'sweep', FLEET_NOW);
  const envelope = (condition: string) => ({
    version: '1.0',
    requestContext: {
      requestId: 'request-1',
      functionArn: `${REMEDIATE_ARN}:$LATEST`,
      condition,
      approximateInvokeCount: 1,
    },
    requestPayload,
    responsePayload: { errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out after 60.00 seconds' },
  });

  test.each([
    ['RetriesExhausted', 'failed-run', 'crashed'],
    ['EventAgeExceeded', 'expired', 'expired'],
  ])('after %s is a run that left no record', (condition, kind, failedBy) => {
    expect(parseFleetDelivery(envelope(condition))).toMatchObject({
      kind: 'run',
      delivery: {
        key,
        runId: 'request-1',
        functionArn: REMEDIATE_ARN,
        facts: { failedBy, isBusy: null, askedAt: new Date(FLEET_NOW).toISOString() },
        destination: { kind },
      },
    });
  });

  test('after a run that touched nothing says why', () => {
    const responsePayload = { errorType: 'registry-unreadable', errorMessage: 'no answer in 5 s' };
    const event = { ...envelope('RetriesExhausted'), responsePayload };
    expect(parseFleetDelivery(event)).toMatchObject({
      delivery: { facts: { failedBy: 'registry-unreadable' } },
    });
  });

  test('may be news of the cell', () => {
    const news = toSentNews({ kind: 'away', what: 'api', since: 'then', why: 'denied' }, FLEET_NOW);
    expect(parseFleetDelivery(JSON.parse(JSON.stringify(news)))).toEqual({ kind: 'news', news });
  });

  test('may be a test message', () => {
    expect(parseFleetDelivery({ headroom: 'test-message', by: 'alice' })).toMatchObject({
      kind: 'other',
      destination: { kind: 'test-message' },
    });
  });

  const image = (given: object) => ({
    Records: [
      {
        dynamodb: {
          NewImage: {
            key: { S: key },
            run: { S: 'r' },
            facts: { S: '{"failedBy":null,"isBusy":null}' },
            ...given,
          },
        },
      },
    ],
  });
  test.each([
    ['no event', null],
    ['no record', { Records: [] }],
    ['two records', { Records: [...image({}).Records, ...image({}).Records] }],
    ['a key of the cell', image({ key: { S: 'cell#switch' } })],
    ['no run', image({ run: { S: '' } })],
    ['facts that are none', image({ facts: { S: '{"failedBy":7}' } })],
  ])('is refused as %s', (_what, event) => {
    expect(() => parseFleetDelivery(event)).toThrow(expect.objectContaining({ code: 'event-unknown' }));
  });
});

describe('What starts a dispatch', () => {
  const schedule = (scheduledTime?: string) => ({
    source: 'pg-headroom.schedule',
    scheduledTime,
    scheduleArn: 'arn',
  });
  const alarm = (value: string) => ({
    source: 'aws.cloudwatch',
    alarmArn: 'arn:aws:cloudwatch:eu-central-1:111122223333:alarm:pg-headroom-fleet-filters',
    accountId: '111122223333',
    time: '2026-11-29T03:00:00.000+0000',
    region: 'eu-central-1',
    alarmData: {
      alarmName: 'pg-headroom-fleet-filters',
      state: { value, reason: 'r', timestamp: '2026-11-29T03:00:00.000+0000' },
    },
  });

  test('is the schedule with its time, or the alarm on refusals', () => {
    expect(parseDispatchEvent(schedule('2026-11-29T03:00:00Z'))).toEqual({ kind: 'period', at: FLEET_NOW });
    expect(parseDispatchEvent(alarm('ALARM'))).toEqual({ kind: 'refusals' });
    expect(parseDispatchEvent(alarm('OK'))).toEqual({ kind: 'nothing' });
  });

  test('is no schedule without its time, because a double would not be noticed', () => {
    expect(() => parseDispatchEvent(schedule())).toThrow(/gives no time/);
    expect(() => parseDispatchEvent({})).toThrow(/gives no time/);
  });
});
