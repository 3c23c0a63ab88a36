import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { keepIn } from '../../functions/aws/records.ts';
import { readIndex } from '../../functions/report/index-file.ts';
import { type RunForIndex, updateIndexes } from '../../functions/report/update-index.ts';
import { type LoopbackS3, startLoopbackS3 } from '../support/loopback-s3.ts';
import { aRun, clockOfTheNight } from '../support/summaries.ts';

const BUCKET = 'records-of-pg-headroom';
const OF_ORDERS = `${BUCKET}/index/orders/index.html`;
const OF_ALL = `${BUCKET}/index/index.html`;

let s3: LoopbackS3;
beforeEach(async () => {
  s3 = await startLoopbackS3([BUCKET]);
  for (const [name, value] of Object.entries(s3.environment)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await s3[Symbol.asyncDispose]();
});

/** A run that opened an incident of its own, as without a memory. */
function found(runId: string, server = 'orders'): RunForIndex {
  const summary = { ...aRun(0), runId };
  const run = { runId, server, key: server, mode: 'enforce', outcome: 'recovered', head: null } as const;
  return { run, summary, place: 'unknown', hasPage: true };
}

const ports = {
  now: clockOfTheNight,
  sleep: (ms: number) => new Promise<void>((wake) => setTimeout(wake, ms)),
};
const update = (each: RunForIndex) => updateIndexes(each, keepIn(BUCKET), clockOfTheNight(), ports);
const incidentsAt = (place: string) => {
  const page = s3.objects.get(place)?.body.toString() ?? '';
  return readIndex(page)
    .incidents.map(({ server, id }) => `${server} ${id}`)
    .toSorted();
};

describe('the index of incidents in its bucket', () => {
  test('is a page beside the records of its server, and one of all servers', async () => {
    await update(found('one'));
    const page = s3.objects.get(OF_ORDERS);
    expect(page?.contentType).toBe('text/html; charset=utf-8');
    expect(page?.body.toString()).toContain('Incidents of orders');
    expect(page?.body.toString()).toContain(`prefix=records/orders/2026/11/21/one.html`);
    expect(s3.objects.get(OF_ALL)?.body.toString()).toContain('prefix=index/orders/index.html');
  });

  test('loses no incident when reports of one server write at once, and none of another server', async () => {
    const runs = ['a', 'b', 'c', 'd'].flatMap((id) => [found(id), found(id, 'billing')]);
    await Promise.all(runs.map(update));
    expect(incidentsAt(OF_ORDERS)).toEqual(['orders a', 'orders b', 'orders c', 'orders d']);
    expect(incidentsAt(OF_ALL).length).toBe(8);
  });

  test('is begun where S3 does not tell a missing object from a forbidden one', async () => {
    s3.fail(1, 'AccessDenied');
    await update(found('one'));
    expect(incidentsAt(OF_ORDERS)).toEqual(['orders one']);
  });

  test('is never written over an object that cannot be read', async () => {
    await update(found('one'));
    const { index } = keepIn(BUCKET);
    expect(await index.write('orders', 'another', null)).toBe(false);
    expect(await index.write('orders', 'another', '"old"')).toBe(false);
    expect(incidentsAt(OF_ORDERS)).toEqual(['orders one']);
  });

  test('is not written over what it does not understand', async () => {
    s3.put(OF_ORDERS, { contentType: 'text/html', body: Buffer.from('<p>mine</p>') });
    await expect(update(found('one'))).rejects.toThrow('is not understood, so that it was not overwritten');
    expect(s3.objects.get(OF_ORDERS)?.body.toString()).toBe('<p>mine</p>');
  });

  test('says what S3 answered when it cannot be written', async () => {
    await expect(
      updateIndexes(found('one'), keepIn('elsewhere'), clockOfTheNight(), ports),
    ).rejects.toMatchObject({
      code: 'record-not-kept',
      message: expect.stringContaining('NoSuchBucket'),
    });
  });

  test('is left to the next report when this one has taken too long', async () => {
    await expect(
      updateIndexes(found('one'), keepIn(BUCKET), clockOfTheNight() - 19_000, ports),
    ).rejects.toMatchObject({
      code: 'out-of-budget',
    });
    expect(s3.requests()).toBe(0);
  });
});
