import { expect, test } from 'vitest';
import { type BatchKeys, readBatch, type SendBatch } from '../../functions/aws/read-batch.ts';

const asked = (...names: readonly string[]) => ({
  Keys: names.map((name) => ({ key: { S: name } })),
  ConsistentRead: true as const,
});
const KEYS: BatchKeys = { registry: asked('a', 'b'), memory: asked('c') };

/** DynamoDB reads so many items of each request, and leaves the others. */
function partly(...counts: readonly number[]) {
  const requests: string[][] = [];
  const waits: number[] = [];
  const send: SendBatch = async (keys) => {
    const all = Object.entries(keys).flatMap(([table, { Keys }]) => Keys.map((key) => ({ table, key })));
    const read = all.slice(0, counts[requests.length] ?? 0);
    const left = all.slice(read.length);
    requests.push(all.map(({ key }) => key.key?.S ?? ''));
    const byTable = (items: typeof all) =>
      [...Map.groupBy(items, ({ table }) => table)].map(
        ([table, found]) => [table, found.map(({ key }) => key)] as const,
      );
    return {
      Responses: Object.fromEntries(byTable(read)),
      UnprocessedKeys: Object.fromEntries(
        byTable(left).map(([table, Keys]) => [table, { Keys, ConsistentRead: true }]),
      ),
    };
  };
  const read = () => readBatch(KEYS, send, async (ms) => void waits.push(ms));
  return { requests, waits, read };
}

test('What a request leaves is asked for by the next one, after a wait that grows', async () => {
  const { requests, waits, read } = partly(1, 1, 1);
  expect(await read()).toEqual({
    registry: [{ key: { S: 'a' } }, { key: { S: 'b' } }],
    memory: [{ key: { S: 'c' } }],
  });
  expect(requests).toEqual([['a', 'b', 'c'], ['b', 'c'], ['c']]);
  expect(waits).toHaveLength(2);
  const [first = 0, second = 0] = waits;
  expect(first).toBeGreaterThanOrEqual(25);
  expect(first).toBeLessThanOrEqual(50);
  expect(second).toBeGreaterThanOrEqual(50);
  expect(second).toBeLessThanOrEqual(100);
});

test('One request that reads all is the only one', async () => {
  const { requests, waits, read } = partly(3);
  await read();
  expect([requests.length, waits]).toEqual([1, []]);
});

test('What stays unread after four requests is an error, and not missing', async () => {
  const { requests, read } = partly(1, 0, 0, 0, 3);
  await expect(read()).rejects.toMatchObject({ code: 'registry-unreadable' });
  expect(requests).toHaveLength(4);
});
