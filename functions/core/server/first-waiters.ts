import type { ContestedLock } from './contested-lock.ts';
import type { Session } from './session.ts';

/** When more sessions wait directly for the lock, no single statement causes the queue. */
const MOST_FIRST = 3;

/**
 * The sessions that wait directly for these heads, where most others wait behind them. They cause the queue:
 * the others could share the lock with its holder, but they wait behind the stronger lock that these asked
 * for, as an `ALTER TABLE` does. Empty when all wait for the holder itself, as for a row: without the first of them
 * another one would be the first.
 */
export function firstWaiters(
  locks: readonly ContestedLock[],
  waiting: readonly Session[],
  heads: ReadonlySet<number>,
): readonly Session[] {
  const firstOf = new Set(
    locks
      .filter(({ holders }) => holders.some(({ pid }) => heads.has(pid)))
      .flatMap(({ waiters }) => waiters[0]?.pid ?? []),
  );
  const first = waiting.filter(
    ({ pid, blockedBy }) =>
      blockedBy.some((blocker) => heads.has(blocker)) || (pid !== null && firstOf.has(pid)),
  );
  return first.length <= MOST_FIRST && first.length < waiting.length
    ? first.filter(({ pid }) => !isForRow(locks, pid))
    : [];
}

/**
 * Whether the session waits for a row's last writer. It may hold its place in the line for that row (a lock of kind `tuple`),
 * and nothing else.
 */
function isForRow(locks: readonly ContestedLock[], pid: number | null): boolean {
  const waits = locks.some(
    ({ kind, waiters }) => kind === 'transactionid' && waiters.some((waiter) => waiter.pid === pid),
  );
  return (
    waits &&
    locks.every(({ kind, holders }) => kind === 'tuple' || holders.every((holder) => holder.pid !== pid))
  );
}
