import { describe, expect, test } from 'vitest';
import { parseDestination, serverOf } from '../../functions/events/parse-destination.ts';
import { type Condition, destinationEnvelope } from '../support/destination-envelope.ts';

const REQUEST_ID = 'c2a6f2ae-7dbb-4d22-8782-d0485c9877e2';

function envelope(condition: Condition, response: { payload: unknown; isError: boolean } | null) {
  return destinationEnvelope({
    requestId: REQUEST_ID,
    functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:pg-headroom-orders',
    condition,
    attempts: 1,
    event: { source: 'pg-headroom.schedule' },
    response,
  });
}

const ORDERS = { functionName: 'pg-headroom-orders', requestId: REQUEST_ID };

describe('parseDestination', () => {
  test('a run that returned is a record', () => {
    const event = envelope('Success', { payload: { pgHeadroom: 1 }, isError: false });
    expect(parseDestination(event)).toEqual({ kind: 'record', ...ORDERS, payload: { pgHeadroom: 1 } });
  });

  test('a run that threw is failed, with its error and its event', () => {
    const payload = { errorType: 'config-invalid', errorMessage: 'The environment ...', trace: ['at ...'] };
    expect(parseDestination(envelope('RetriesExhausted', { payload, isError: true }))).toEqual({
      kind: 'failed-run',
      ...ORDERS,
      errorType: 'config-invalid',
      errorMessage: 'The environment ...',
      payload: { source: 'pg-headroom.schedule' },
    });
  });

  test.each([null, {}, { errorMessage: 7 }, 'text'])(
    'a run that left %j is failed for reasons unknown',
    (payload) => {
      expect(parseDestination(envelope('RetriesExhausted', { payload, isError: true }))).toMatchObject({
        kind: 'failed-run',
        errorType: 'unknown',
        errorMessage: 'The run left no error.',
      });
    },
  );

  test('a run that never began left nothing', () => {
    expect(parseDestination(envelope('RetriesExhausted', null))).toMatchObject({ errorType: 'unknown' });
  });

  test.each([
    ['waited too long', 'EventAgeExceeded'],
    ['was for a function that may not run at all', 'ZeroReservedConcurrency'],
  ] as const)('an event that %s is expired', (_, condition) => {
    expect(parseDestination(envelope(condition, null))).toEqual({ kind: 'expired', ...ORDERS });
  });

  test.each([
    ['nothing', undefined, 'requestContext.condition nothing'],
    ['null', null, 'requestContext.condition nothing'],
    ['another event', { source: 'aws.cloudwatch' }, 'requestContext.condition nothing'],
    ['another condition', { requestContext: { condition: 'Later' } }, 'requestContext.condition "Later"'],
    ['no request', { requestContext: { condition: 'Success' } }, 'requestContext.requestId nothing'],
  ])('%s is refused, saying what stood there', (_, event, found) => {
    expect(() => parseDestination(event)).toThrow(
      expect.objectContaining({ code: 'event-unknown', message: expect.stringContaining(found) }),
    );
  });

  test.each([
    [
      'with a version',
      'arn:aws:lambda:eu-west-1:1:function:pg-headroom-orders:$LATEST',
      'pg-headroom-orders',
    ],
    ['in another partition', 'arn:aws-cn:lambda:cn-north-1:1:function:f', 'f'],
    ['of a queue', 'arn:aws:sqs:eu-west-1:1:queue', null],
    ['missing', undefined, null],
  ])('the name comes from an ARN %s', (_, functionArn, functionName) => {
    const requestContext = { condition: 'EventAgeExceeded', requestId: REQUEST_ID, functionArn };
    expect(parseDestination({ requestContext })).toMatchObject({ functionName });
  });
});

test.each([
  ['pg-headroom-orders', 'orders'],
  ['pg-headroom-orders-eu', 'orders-eu'],
  ['pg-headroom-', null],
  ['remediate', null],
  [null, null],
])('the function %s looks after server %s', (functionName, server) =>
  expect(serverOf({ functionName })).toBe(server),
);
