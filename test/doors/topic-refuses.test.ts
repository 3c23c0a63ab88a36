import { expect, test } from 'vitest';
import { BUNDLES, HANDLER, REPORT_ENV, REPORT_TIMEOUT_SECONDS } from '../../functions/contract.ts';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import { destinationEnvelope } from '../support/destination-envelope.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { functionArn } from '../support/lambda-environment.ts';
import { startLoopbackAws } from '../support/loopback-aws.ts';
import { startLoopbackDynamoDb, TABLE } from '../support/loopback-dynamodb.ts';
import { startLoopbackLambda } from '../support/loopback-lambda.ts';
import { startLoopbackS3 } from '../support/loopback-s3.ts';
import { PEOPLE, ROOMS } from '../support/reported.ts';

/** The bundle of `report` as it is deployed, delivered to as often as Lambda does. */

const REPORT = 'report';
const BUCKET = 'records-of-pg-headroom';

test('a topic that refuses for good has the other told once, and the record is safe, over all of three deliveries', async () => {
  await using stack = new AsyncDisposableStack();
  const aws = stack.use(await startLoopbackAws());
  const s3 = stack.use(await startLoopbackS3([BUCKET]));
  const dynamodb = stack.use(await startLoopbackDynamoDb());
  const lambda = stack.use(
    startLoopbackLambda({
      functions: {
        [REPORT]: {
          bundle: BUNDLES.report,
          handler: HANDLER,
          timeoutSeconds: REPORT_TIMEOUT_SECONDS,
          maximumRetryAttempts: 2,
          environment: {
            ...aws.environment,
            ...s3.environment,
            ...dynamodb.environment,
            [REPORT_ENV.topic]: PEOPLE,
            [REPORT_ENV.chat]: ROOMS,
            [REPORT_ENV.bucket]: BUCKET,
            [REPORT_ENV.table]: TABLE,
          },
        },
      },
    }),
  );
  const result = destinationEnvelope({
    requestId: 'c2a6f2ae-7dbb-4d22-8782-d0485c9877e2',
    functionArn: functionArn('pg-headroom-orders'),
    condition: 'Success',
    attempts: 1,
    event: {},
    response: { payload: packRecord(INCIDENTS.partial()), isError: false },
  });
  const topics = () => aws.published.map(({ topicArn }) => topicArn);

  aws.fail(({ topicArn }) => (topicArn === ROOMS ? 'AuthorizationError' : null));
  const lost = await lambda.invokeAsync(REPORT, result);
  expect(lost).toMatchObject({ condition: 'RetriesExhausted', error: { errorType: 'publish-failed' } });
  expect(lambda.logs.filter(({ line }) => line.includes('"event":"invocation-failed"'))).toHaveLength(3);
  expect(topics()).toEqual([PEOPLE]);
  expect([...s3.objects.keys()]).toContain(
    `${BUCKET}/records/orders/2026/11/21/c2a6f2ae-7dbb-4d22-8782-d0485c9877e2.json.gz`,
  );

  // Mended, and told again from the dead-letter queue.
  aws.fail(0);
  await lambda.invokeAsync(REPORT, result);
  expect(topics()).toEqual([PEOPLE, ROOMS]);
});
