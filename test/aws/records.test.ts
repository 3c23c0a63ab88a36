import { gunzipSync, gzipSync } from 'node:zlib';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fetchKept, keepIn } from '../../functions/aws/records.ts';
import type { KeptRecord } from '../../functions/core/run/kept-record.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { keepWhole } from '../support/keep-whole.ts';
import { type LoopbackS3, startLoopbackS3 } from '../support/loopback-s3.ts';

/** Over the wire, to a bucket that works out every signature anew. */

const BUCKET = 'records-of-pg-headroom';
const RECORD: KeptRecord = { ...INCIDENTS.recovered(), reduced: ['statements'] };
const KEY = 'records/orders/2026/11/21/c2a6f2ae-7dbb-4d22-8782-d0485c9877e2.json.gz';

const PAGE_KEY = KEY.replace('.json.gz', '.html');

let s3: LoopbackS3;
beforeEach(async () => {
  s3 = await startLoopbackS3([BUCKET]);
  useEnvironment(s3.environment);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await s3[Symbol.asyncDispose]();
});

/** The environment alone tells the client where to go, as in Lambda. */
function useEnvironment(environment: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
}

describe('a record', () => {
  test('is kept whole, as gzipped JSON under its server, its day and its run', async () => {
    await keepWhole(keepIn(BUCKET), RECORD);
    expect([...s3.objects.keys()]).toEqual([`${BUCKET}/${KEY}`]);
    const [kept] = s3.objects.values();
    expect(kept?.contentType).toBe('application/gzip');
    expect(JSON.parse(gunzipSync(kept?.body ?? '').toString())).toEqual(JSON.parse(JSON.stringify(RECORD)));
  });

  test('has its page beside it', async () => {
    const url = await keepWhole(keepIn(BUCKET), RECORD, '<!doctype html>');
    expect([...s3.objects]).toEqual([
      [
        `${BUCKET}/${PAGE_KEY}`,
        { contentType: 'text/html; charset=utf-8', body: Buffer.from('<!doctype html>') },
      ],
    ]);
    expect(url).toContain(`&prefix=${PAGE_KEY}`);
  });

  test('that is delivered twice is kept once', async () => {
    const keep = keepIn(BUCKET);
    await keepWhole(keep, RECORD);
    await keepWhole(keep, RECORD);
    expect(s3.objects.size).toBe(1);
  });

  test.each([
    ['../../other', 'records/______other/2026/11/21/'],
    ['été ?#%&', 'records/_t______/2026/11/21/'],
    ['x'.repeat(200), `records/${'x'.repeat(64)}/2026/11/21/`],
    ['', 'records/_/2026/11/21/'],
  ])('of a server called %j stays in its place', async (server, place) => {
    await keepWhole(keepIn(BUCKET), { ...RECORD, server });
    expect([...s3.objects.keys()][0]).toBe(`${BUCKET}/${place}c2a6f2ae-7dbb-4d22-8782-d0485c9877e2.json.gz`);
  });

  test.each([
    ['eu-west-1', 'https://eu-west-1.console.aws.amazon.com/s3/object/'],
    ['cn-north-1', 'https://cn-north-1.console.amazonaws.cn/s3/object/'],
    ['us-gov-west-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com/s3/object/'],
  ])('is linked to in the console of %s, where who may see it is signed in', async (AWS_REGION, console) => {
    const own = await startLoopbackS3([BUCKET], AWS_REGION);
    useEnvironment(own.environment);
    const url = await keepWhole(keepIn(BUCKET), RECORD);
    await own[Symbol.asyncDispose]();
    expect(url).toBe(`${console}${BUCKET}?region=${AWS_REGION}&prefix=${KEY}`);
  });
});

describe("the client of AWS's own SDK", () => {
  const sdk = () =>
    new S3Client({
      endpoint: s3.environment.AWS_ENDPOINT_URL_S3 ?? '',
      region: s3.environment.AWS_REGION ?? '',
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: {
        accessKeyId: s3.environment.AWS_ACCESS_KEY_ID ?? '',
        secretAccessKey: s3.environment.AWS_SECRET_ACCESS_KEY ?? '',
        sessionToken: s3.environment.AWS_SESSION_TOKEN ?? '',
      },
    });

  test('reads the record and the page that we keep', async () => {
    const keep = keepIn(BUCKET);
    await keepWhole(keep, RECORD);
    await keepWhole(keep, RECORD, '<!doctype html>é');
    const read = await sdk().send(new GetObjectCommand({ Bucket: BUCKET, Key: KEY }));
    const record = gunzipSync((await read.Body?.transformToByteArray()) ?? '');
    expect(JSON.parse(record.toString())).toEqual(JSON.parse(JSON.stringify(RECORD)));
    const page = await sdk().send(new GetObjectCommand({ Bucket: BUCKET, Key: PAGE_KEY }));
    expect(page.ContentType).toBe('text/html; charset=utf-8');
    expect(await page.Body?.transformToString()).toBe('<!doctype html>é');
  });

  test.each([KEY, "a name with ?#%&+ and !'()*/été.json.gz"])('puts what we read, under %j', async (Key) => {
    const Body = gzipSync(JSON.stringify(RECORD));
    await sdk().send(new PutObjectCommand({ Bucket: BUCKET, Key, Body, ContentType: 'application/gzip' }));
    const read = await fetchKept({ bucket: BUCKET, key: Key });
    expect(Buffer.from(read).equals(Body)).toBe(true);
  });
});

describe('a kept record that is asked for', () => {
  test.each([
    ['is not there', () => {}, BUCKET, 'NoSuchKey: loopback'],
    ['is in no such bucket', () => {}, 'elsewhere', 'NoSuchBucket: loopback'],
    ['is not for us', () => s3.fail(9, 'AccessDenied'), BUCKET, 'AccessDenied: loopback'],
  ])('and %s is said to be so, once', async (_, prepare, bucket, why) => {
    prepare();
    await expect(fetchKept({ bucket, key: KEY })).rejects.toMatchObject({
      code: 'record-unreadable',
      message: expect.stringContaining(`s3://${bucket}/${KEY} cannot be read (${why})`),
    });
    expect(s3.requests()).toBe(1);
  });

  test('is read in the end where the bucket is only slow', async () => {
    await keepWhole(keepIn(BUCKET), RECORD);
    s3.fail(2, 'SlowDown');
    expect((await fetchKept({ bucket: BUCKET, key: KEY })).length).toBeGreaterThan(0);
  });
});

describe('a bucket in trouble', () => {
  test.each(['SlowDown', 'InternalError'] as const)(
    'that says %s twice gets the record in the end',
    async (failure) => {
      s3.fail(2, failure);
      await keepWhole(keepIn(BUCKET), RECORD);
      expect(s3.objects.size).toBe(1);
      expect(s3.requests()).toBe(3);
    },
  );

  test('that goes on is given up after three tries', async () => {
    s3.fail(9, 'InternalError');
    await expect(keepWhole(keepIn(BUCKET), RECORD)).rejects.toMatchObject({
      code: 'record-not-kept',
      message: expect.stringContaining('InternalError: loopback'),
    });
    expect(s3.requests()).toBe(3);
  });

  test.each([
    ['that lets nobody in', () => s3.fail(9, 'AccessDenied'), BUCKET, 'AccessDenied: loopback'],
    ['that is not there', () => {}, 'elsewhere', 'NoSuchBucket: loopback'],
  ])('%s is asked once', async (_, prepare, bucket, why) => {
    prepare();
    await expect(keepWhole(keepIn(bucket), RECORD)).rejects.toMatchObject({
      code: 'record-not-kept',
      message: expect.stringContaining(why),
    });
    expect(s3.requests()).toBe(1);
  });

  test('a wrong key is found out, and is not in the message', async () => {
    useEnvironment({ AWS_SECRET_ACCESS_KEY: 'not-the-secret' });
    await expect(keepWhole(keepIn(BUCKET), RECORD)).rejects.toMatchObject({
      message: expect.stringMatching(/^(?!.*not-the-secret).*SignatureDoesNotMatch/),
    });
  });

  test('an address that does not answer is reported by its cause', async () => {
    await s3[Symbol.asyncDispose]();
    await expect(keepWhole(keepIn(BUCKET), RECORD)).rejects.toMatchObject({
      code: 'record-not-kept',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    s3 = await startLoopbackS3([]);
  });

  test('silence is given up', async () => {
    s3.fail(9, 'silence');
    await expect(keepWhole(keepIn(BUCKET), RECORD)).rejects.toMatchObject({
      code: 'record-not-kept',
      message: expect.stringContaining('(no answer in 5 s)'),
    });
    expect(s3.requests()).toBe(1);
  });
});
