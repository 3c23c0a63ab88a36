import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LambdaBench, makeLambdaBench } from './lambda-bench.ts';
import { Concurrency } from './lambda-concurrency.ts';

let bench: LambdaBench;
beforeEach(() => {
  bench = makeLambdaBench();
});
afterEach(() => bench.clear());

/** Logs its start and its end. */
const SLOW = `export const handler = async () => {
  console.log('begin');
  await new Promise((resolve) => setTimeout(resolve, 100));
  console.log('end');
  return process.pid;
};`;

/** The same, and no process ends its first run before another one has begun. */
const TOGETHER = `import { readdirSync, writeFileSync } from 'node:fs';
const here = new URL('.', import.meta.url);
const begun = () => readdirSync(here).filter((name) => name.startsWith('begun-')).length;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const handler = async () => {
  console.log('begin');
  writeFileSync(new URL('begun-' + process.pid, here), '');
  while (begun() < 2) await sleep(10);
  await sleep(100);
  console.log('end');
  return process.pid;
};`;

test('no more runs at a time than are reserved; the others come later, in the same processes', async () => {
  const fn = bench.bundle(TOGETHER, { reservedConcurrency: 2, timeoutSeconds: 60 });
  const service = bench.deploy({ fn });
  const runs = await Promise.all(Array.from({ length: 5 }, () => service.invokeAsync('fn', {})));
  let running = 0;
  const counts = service.logs.map(({ line }) => {
    running += line.includes('begin') ? 1 : -1;
    return running;
  });
  expect(Math.max(...counts)).toBe(2);
  expect(runs.map(({ condition }) => condition)).toEqual(Array(5).fill('Success'));
  expect(new Set(runs.map(({ response }) => response)).size).toBe(2);
});

test('an event that is throttled until it is too old is never run, and told to the destination', async () => {
  const fn = bench.bundle(SLOW, { reservedConcurrency: 1, maximumEventAgeSeconds: 60, onFailure: 'next' });
  const service = bench.deploy({ fn, next: bench.bundle(SLOW) });
  const runs = await Promise.all(Array.from({ length: 12 }, () => service.invokeAsync('fn', {})));
  // Waits of 1, 2, 4, 8 and 16 s; the next would be too much.
  expect(runs.filter(({ condition }) => condition === 'Success')).toHaveLength(6);
  const expired = runs.filter(({ condition }) => condition === 'EventAgeExceeded');
  expect(expired).toHaveLength(6);
  for (const { attempts, destination } of expired) {
    expect(attempts).toEqual([]);
    expect(destination?.envelope.requestContext.condition).toBe('EventAgeExceeded');
  }
});

test('a place is given back by a run that failed', async () => {
  const fn = bench.bundle('export const handler = async () => process.exit(1);', { reservedConcurrency: 1 });
  const service = bench.deploy({ fn });
  for (const _ of [1, 2]) expect((await service.invokeAsync('fn', {})).condition).toBe('RetriesExhausted');
});

test('the waits double up to five minutes and no further', async () => {
  const concurrency = new Concurrency(1);
  await concurrency.enter(0);
  const aged = concurrency.enter(Number.POSITIVE_INFINITY);
  for (let others = 0; others < 10; others += 1) {
    concurrency.leave();
    await concurrency.enter(0);
    await new Promise(setImmediate);
  }
  concurrency.leave();
  const seconds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300];
  expect(await aged).toBe(seconds.reduce((sum, each) => sum + each) * 1_000);
});
