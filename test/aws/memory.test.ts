import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { memoryIn } from '../../functions/aws/memory-table.ts';
import { type Memory, NOTHING_REMEMBERED } from '../../functions/core/incident/memory.ts';
import type { MemoryStore } from '../../functions/report/report-ports.ts';
import { updateMemory } from '../../functions/report/update-memory.ts';
import { type LoopbackDynamoDb, startLoopbackDynamoDb, TABLE } from '../support/loopback-dynamodb.ts';
import { LOOPBACK_IDENTITY } from '../support/loopback-server.ts';

let dynamodb: LoopbackDynamoDb;
beforeAll(async () => {
  dynamodb = await startLoopbackDynamoDb();
});
afterAll(() => dynamodb.close());
beforeEach(() => {
  for (const [name, value] of Object.entries({ ...LOOPBACK_IDENTITY, ...dynamodb.environment }))
    vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
  dynamodb.behave('well');
});

const store = memoryIn(TABLE);
const PAUSE = { at: '2026-11-21T03:15:42.512Z', by: 'ada', reason: 'fail-over "today", ☕', until: null };
const KNOWN: Memory = {
  ...NOTHING_REMEMBERED,
  version: 1,
  paused: PAUSE,
  told: ['reserve'],
  telling: ['password'],
};

describe('The memory of a server', () => {
  test('is nothing until it is written, and then what was written', async () => {
    expect(await store.read('new')).toEqual(NOTHING_REMEMBERED);
    expect(await store.write('new', KNOWN)).toBe(true);
    expect(await store.read('new')).toEqual(KNOWN);
    expect(await store.read('another')).toEqual(NOTHING_REMEMBERED);
  });

  test('is not written over by a writer that has not seen the latest version', async () => {
    const later = { ...NOTHING_REMEMBERED, told: ['terminate'] };
    expect(await store.write('raced', { ...NOTHING_REMEMBERED, version: 1 })).toBe(true);
    for (const version of [1, 3]) expect(await store.write('raced', { ...later, version })).toBe(false);
    expect(await store.write('raced', { ...later, version: 2 })).toBe(true);
    expect(await store.read('raced')).toEqual({ ...later, version: 2 });
  });

  test('is one item, with its version beside it', async () => {
    await store.write('kept', { ...NOTHING_REMEMBERED, version: 1 });
    expect(await dynamodb.get('kept')).toEqual({
      server: { S: 'kept' },
      version: { N: '1' },
      memory: {
        S: '{"form":2,"paused":null,"told":[],"telling":[],"incident":null,"runs":[],"ownTries":[],"busySince":null,"closed":[],"trippedAt":null,"untold":[]}',
      },
    });
  });

  test.each([
    ['without any of it', {}],
    ['without a version', { memory: { S: '{"paused":null,"told":[],"telling":[]}' } }],
    ['that is no JSON', { version: { N: '1' }, memory: { S: '{' } }],
    [
      'with a key from elsewhere',
      { version: { N: '1' }, memory: { S: '{"paused":null,"told":[],"telling":[],"open":1}' } },
    ],
    [
      'with a pause without an author',
      { version: { N: '1' }, memory: { S: '{"paused":{"at":"now"},"told":[],"telling":[]}' } },
    ],
  ])('is unreadable %s', async (_, attributes) => {
    await dynamodb.put({ server: { S: 'odd' }, ...attributes });
    await expect(store.read('odd')).rejects.toMatchObject({
      code: 'memory-unreadable',
      message: expect.stringMatching(
        `^The memory of odd in table ${TABLE} is not understood \\(.*(found|missing)`,
      ),
    });
  });

  test('that the service denies is an error with its word for it', async () => {
    dynamodb.behave('denying');
    await expect(store.read('orders')).rejects.toMatchObject({
      code: 'memory-unreadable',
      message: expect.stringContaining('(AccessDeniedException: User: arn:aws:sts::'),
    });
    await expect(store.write('orders', KNOWN)).rejects.toMatchObject({
      code: 'memory-unwritable',
      message: expect.stringContaining('(AccessDeniedException: User: arn:aws:sts::'),
    });
  });
});

/** The same memory for writers who have all read before the first of them writes. */
function meetingAfterRead(writers: number): MemoryStore {
  const met = Promise.withResolvers<void>();
  let readers = 0;
  return {
    ...store,
    read: async (server) => {
      const memory = await store.read(server);
      readers += 1;
      if (readers === writers) met.resolve();
      await met.promise;
      return memory;
    },
  };
}

describe('A change', () => {
  const add = (check: string) => (memory: Memory) => ({ ...memory, told: [...memory.told, check] });

  test('of several writers at once is never lost: a writer that came second reads again', async () => {
    const before = dynamodb.calls.length;
    const checks = ['a', 'b', 'c', 'd'];
    const together = meetingAfterRead(checks.length);
    await Promise.all(checks.map((check) => updateMemory(together, 'busy', add(check))));
    const { told, version } = await store.read('busy');
    expect(told.toSorted()).toEqual(checks);
    expect(version).toBe(checks.length);
    const lost = dynamodb.calls
      .slice(before)
      .filter(({ error }) => error === 'ConditionalCheckFailedException');
    expect(lost.length).toBeGreaterThanOrEqual(checks.length - 1);
  });

  test('that changes nothing is not written', async () => {
    const { before, after } = await updateMemory(store, 'still', (memory) => memory);
    expect(after).toBe(before);
    expect(await dynamodb.get('still')).toBeUndefined();
  });

  test('that is overtaken every time is given up', async () => {
    const overtaken = { ...store, write: async () => false };
    await expect(updateMemory(overtaken, 'orders', add('a'))).rejects.toMatchObject({
      code: 'memory-unwritable',
      message: expect.stringContaining('overtaken by another writer 20 times'),
    });
  });
});
