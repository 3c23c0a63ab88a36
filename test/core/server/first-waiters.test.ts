import { expect, test } from 'vitest';
import type { ContestedLock } from '../../../functions/core/server/contested-lock.ts';
import { firstWaiters } from '../../../functions/core/server/first-waiters.ts';
import { aSession } from '../../support/builders.ts';

const HEAD = 900;

const lock = (
  kind: string,
  mode: string,
  { holder, waiters }: { readonly holder: number; readonly waiters: readonly number[] },
): ContestedLock => ({
  kind,
  holders: [{ pid: holder, mode }],
  waiters: waiters.map((pid) => ({ pid, mode })),
  waitedMs: 60_000,
});

const firstOf = (locks: readonly ContestedLock[]) => {
  const waiting = locks.flatMap(({ holders, waiters }) =>
    waiters.map(({ pid }) => aSession({ pid, blockedBy: holders.flatMap((holder) => holder.pid ?? []) })),
  );
  return firstWaiters(locks, waiting, new Set([HEAD])).map(({ pid }) => pid);
};

test('the statement that waits for a table makes the others wait', () => {
  const table = { ...lock('relation', 'AccessShareLock', { holder: HEAD, waiters: [1, 2, 3, 4, 5] }) };
  const waiting = [1, 2, 3, 4, 5].map((pid) => aSession({ pid, blockedBy: pid === 1 ? [HEAD] : [1] }));
  expect(firstWaiters([table], waiting, new Set([HEAD])).map(({ pid }) => pid)).toEqual([1]);
});

test('the next in line for a row makes nobody wait', () => {
  const row = [
    lock('transactionid', 'ExclusiveLock', { holder: HEAD, waiters: [1] }),
    lock('tuple', 'ExclusiveLock', { holder: 1, waiters: [2, 3, 4] }),
  ];
  expect(firstOf(row)).toEqual([]);
  const another = lock('transactionid', 'ExclusiveLock', { holder: HEAD, waiters: [5] });
  expect(firstOf([...row, another])).toEqual([]);
});

test('a session that waits for a row and holds a table makes those wait who want the table', () => {
  const locks = [
    lock('transactionid', 'ExclusiveLock', { holder: HEAD, waiters: [1] }),
    lock('relation', 'AccessExclusiveLock', { holder: 1, waiters: [2, 3, 4] }),
  ];
  expect(firstOf(locks)).toEqual([1]);
});
