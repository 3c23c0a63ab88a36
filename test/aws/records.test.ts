import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keepIn } from '../../functions/aws/records.ts';
import type { KeptRecord } from '../../functions/core/kept-record.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { type LoopbackS3, startLoopbackS3 } from '../support/loopback-s3.ts';

/** Over the wire, to a bucket that works out every signature anew. */

const BUCKET = 'records-of-pg-headroom';
const RECORD: KeptRecord = { ...INCIDENTS.recovered(), reduced: ['statements'] };
const KEY = 'records/orders/2026/11/21/c2a6f2ae-7dbb-4d22-8782-d0485c9877e2.json.gz';

let s3: LoopbackS3;
beforeEach(async () => {
  s3 = await startLoopbackS3([BUCKET]);
});
afterEach(() => s3[Symbol.asyncDispose]());

describe('a record', () => {
  test('is kept whole, as gzipped JSON under its server, its day and its run', async () => {
    await keepIn(BUCKET, s3.environment)(RECORD);
    expect([...s3.objects.keys()]).toEqual([`${BUCKET}/${KEY}`]);
    const [kept] = s3.objects.values();
    expect(kept?.contentType).toBe('application/gzip');
    expect(JSON.parse(gunzipSync(kept?.body ?? '').toString())).toEqual(JSON.parse(JSON.stringify(RECORD)));
  });

  test('that is delivered twice is kept once', async () => {
    const keep = keepIn(BUCKET, s3.environment);
    await keep(RECORD);
    await keep(RECORD);
    expect(s3.objects.size).toBe(1);
  });

  test.each([
    ['../../other', 'records/______other/2026/11/21/'],
    ['été ?#%&', 'records/_t______/2026/11/21/'],
    ['x'.repeat(200), `records/${'x'.repeat(64)}/2026/11/21/`],
    ['', 'records/_/2026/11/21/'],
  ])('of a server called %j stays in its place', async (server, place) => {
    await keepIn(BUCKET, s3.environment)({ ...RECORD, server });
    expect([...s3.objects.keys()][0]).toBe(`${BUCKET}/${place}c2a6f2ae-7dbb-4d22-8782-d0485c9877e2.json.gz`);
  });

  test.each([
    ['eu-west-1', 'https://eu-west-1.console.aws.amazon.com/s3/object/'],
    ['cn-north-1', 'https://cn-north-1.console.amazonaws.cn/s3/object/'],
    ['us-gov-west-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com/s3/object/'],
  ])('is linked to in the console of %s, where who may see it is signed in', async (AWS_REGION, console) => {
    const own = await startLoopbackS3([BUCKET], AWS_REGION);
    const url = await keepIn(BUCKET, own.environment)(RECORD);
    await own[Symbol.asyncDispose]();
    expect(url).toBe(`${console}${BUCKET}?region=${AWS_REGION}&prefix=${KEY}`);
  });
});

describe('a bucket in trouble', () => {
  test.each(['SlowDown', 'InternalError'] as const)(
    'that says %s twice gets the record in the end',
    async (failure) => {
      s3.fail(2, failure);
      await keepIn(BUCKET, s3.environment)(RECORD);
      expect(s3.objects.size).toBe(1);
      expect(s3.requests()).toBe(3);
    },
  );

  test('that goes on is given up after three tries', async () => {
    s3.fail(9, 'InternalError');
    await expect(keepIn(BUCKET, s3.environment)(RECORD)).rejects.toMatchObject({
      code: 'record-not-kept',
      message: expect.stringContaining('status 500, InternalError'),
    });
    expect(s3.requests()).toBe(3);
  });

  test.each([
    ['that lets nobody in', () => s3.fail(9, 'AccessDenied'), BUCKET, 'status 403, AccessDenied'],
    ['that is not there', () => {}, 'elsewhere', 'status 404, NoSuchBucket'],
  ])('%s is asked once', async (_, prepare, bucket, why) => {
    prepare();
    await expect(keepIn(bucket, s3.environment)(RECORD)).rejects.toMatchObject({
      code: 'record-not-kept',
      message: expect.stringContaining(why),
    });
    expect(s3.requests()).toBe(1);
  });

  test('a wrong key is found out, and is not in the message', async () => {
    const environment = { ...s3.environment, AWS_SECRET_ACCESS_KEY: 'not-the-secret' };
    await expect(keepIn(BUCKET, environment)(RECORD)).rejects.toMatchObject({
      message: expect.stringMatching(/^(?!.*not-the-secret).*SignatureDoesNotMatch/),
    });
  });

  test('nobody there is told by its cause', async () => {
    await s3[Symbol.asyncDispose]();
    await expect(keepIn(BUCKET, s3.environment)(RECORD)).rejects.toMatchObject({
      code: 'record-not-kept',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    s3 = await startLoopbackS3([]);
  });

  test('silence is given up', async () => {
    s3.fail(9, 'silence');
    await expect(keepIn(BUCKET, s3.environment)(RECORD)).rejects.toMatchObject({
      code: 'record-not-kept',
      message: expect.stringContaining('timeout'),
    });
    expect(s3.requests()).toBe(1);
  });
});
