import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BUNDLES, HANDLER, REPORT_ENV, REPORT_TIMEOUT_SECONDS } from '../../functions/contract.ts';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { destinationEnvelope } from '../support/destination-envelope.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { functionArn } from '../support/lambda-environment.ts';
import { type LoopbackAws, startLoopbackAws } from '../support/loopback-aws.ts';
import { startLoopbackLambda } from '../support/loopback-lambda.ts';
import { type LoopbackS3, startLoopbackS3 } from '../support/loopback-s3.ts';

/** The bundle of `report` as it is deployed, with results as `remediate` returns them. */

const REPORT = 'report';
const BUCKET = 'records-of-pg-headroom';

let stack: AsyncDisposableStack;
let aws: LoopbackAws;
let s3: LoopbackS3;
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  aws = stack.use(await startLoopbackAws());
  s3 = stack.use(await startLoopbackS3([BUCKET]));
});
afterEach(() => stack.disposeAsync());

/** Delivers a run's result; the lines of the function's log that are JSON, and the metrics among them. */
async function deliver(
  outcome: keyof typeof INCIDENTS,
  bucket: string = BUCKET,
  environment: Readonly<Record<string, string>> = {},
  change: Partial<RunRecord> = {},
) {
  const lambda = stack.use(
    startLoopbackLambda({
      functions: {
        [REPORT]: {
          bundle: BUNDLES.report,
          handler: HANDLER,
          timeoutSeconds: REPORT_TIMEOUT_SECONDS,
          environment: {
            ...aws.environment,
            ...s3.environment,
            [REPORT_ENV.topic]: 'arn:aws:sns:eu-west-1:111122223333:people',
            [REPORT_ENV.bucket]: bucket,
            ...environment,
          },
        },
      },
    }),
  );
  const envelope = destinationEnvelope({
    requestId: 'c2a6f2ae-7dbb-4d22-8782-d0485c9877e2',
    functionArn: functionArn('pg-headroom-orders'),
    condition: 'Success',
    attempts: 1,
    event: {},
    response: { payload: packRecord({ ...INCIDENTS[outcome](), ...change }), isError: false },
  });
  await lambda.invokeAsync(REPORT, envelope);
  const lines = lambda.logs.flatMap(({ line }) => /\{.*\}$/.exec(line)?.[0] ?? []);
  return { lines, metrics: lines.map((line) => JSON.parse(line)).filter(({ _aws }) => _aws !== undefined) };
}

describe('the report function', () => {
  test('writes lines of JSON whose fields queries and CloudWatch find, also in the log format JSON', async () => {
    const { lines } = await deliver('recovered', BUCKET, { AWS_LAMBDA_LOG_FORMAT: 'JSON' });
    const documents = lines.map((line) => JSON.parse(line));
    expect(documents.filter((each) => !('event' in each) && !('_aws' in each))).toEqual([]);
    expect(documents.map(({ event }) => event)).toContain('run');
    expect(documents.some(({ _aws }) => _aws !== undefined)).toBe(true);
  });

  test('keeps the record and its page, links to the page, and counts the run', async () => {
    const { metrics } = await deliver('recovered');
    const key = 'records/orders/2026/11/21/c2a6f2ae-7dbb-4d22-8782-d0485c9877e2.json.gz';
    const kept = s3.objects.get(`${BUCKET}/${key}`);
    expect(JSON.parse(gunzipSync(kept?.body ?? '').toString())).toMatchObject({
      version: 1,
      server: 'orders',
      outcome: 'recovered',
      snapshot: INCIDENTS.recovered().snapshot,
    });
    const page = s3.objects.get(`${BUCKET}/${key.replace('.json.gz', '.html')}`);
    expect(page?.contentType).toBe('text/html; charset=utf-8');
    expect(page?.body.toString()).toMatch(/^<!doctype html>.*<svg .*<\/html>\n$/s);
    expect(aws.published).toHaveLength(1);
    expect(aws.published[0]?.message).toContain(
      `\nhttps://eu-west-1.console.aws.amazon.com/s3/object/${BUCKET}?region=eu-west-1&prefix=${key.replace('.json.gz', '.html')}\n`,
    );
    expect(metrics).toMatchObject([{ server: 'orders', Unresolved: 0, UsedSlots: 57, Terminated: 10 }]);
  });

  test('adds the run to the index of its server and to that of all servers', async () => {
    // An index has the runs of some 400 days.
    await deliver('recovered', BUCKET, {}, { startedAt: new Date().toISOString() });
    const pages = ['orders/index.html', 'index.html'].map((name) =>
      s3.objects.get(`${BUCKET}/index/${name}`)?.body.toString(),
    );
    expect(pages[0]).toContain('Incidents of orders');
    expect(pages[0]).toContain('c2a6f2ae-7dbb-4d22-8782-d0485c9877e2.html');
    expect(pages[1]).toContain('Incidents of all servers');
  });

  test('publishes without a link, and counts, when the bucket is not there', async () => {
    const { metrics, lines } = await deliver('partial', 'elsewhere');
    expect(aws.published).toHaveLength(1);
    expect(aws.published[0]?.message).not.toContain('https://');
    expect(metrics).toMatchObject([{ server: 'orders', Unresolved: 1 }, { RecordsNotKept: 1 }]);
    expect(lines.join('\n')).toContain('"event":"record-not-kept"');
    expect(lines.join('\n')).toContain('NoSuchBucket');
  });

  test('publishes to chat rooms as well, in their own form', async () => {
    await deliver('recovered', BUCKET, { [REPORT_ENV.chat]: 'arn:aws:sns:eu-west-1:111122223333:chat' });
    const [people, chat] = aws.published;
    expect([people?.topicArn, chat?.topicArn]).toEqual([
      'arn:aws:sns:eu-west-1:111122223333:people',
      'arn:aws:sns:eu-west-1:111122223333:chat',
    ]);
    expect(JSON.parse(chat?.message ?? '')).toMatchObject({
      source: 'custom',
      content: {
        title: expect.stringMatching(/^Warning: orders recovered 49 of 57: /),
        description: expect.stringContaining('Its page:* https://'),
      },
    });
    expect(chat?.attributes).toEqual(people?.attributes);
  });

  test('keeps and publishes nothing of a quiet run, and counts it', async () => {
    const { metrics } = await deliver('healthy');
    expect([s3.objects.size, aws.published.length]).toEqual([0, 0]);
    expect(metrics).toMatchObject([{ server: 'orders', Unresolved: 0, UsableSlots: 57 }]);
  });
});
