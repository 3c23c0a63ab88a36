import { type ContestedLock, conflict } from './contested-lock.ts';
import { queueOf } from './lock-queue.ts';

/**
 * At most three for each waiter. Many holders for each of many waiters would grow with their square, and the
 * lock itself has them all.
 */
const MOST = 3;

/**
 * For each waiter some of the sessions that it waits for directly: conflicting holders, or where there are
 * none, the waiter before it.
 */
export function directBlockers(locks: readonly ContestedLock[]): ReadonlyMap<number, readonly number[]> {
  const blockers = new Map<number, readonly number[]>();
  for (const lock of locks) {
    const holders = Map.groupBy(lock.holders, ({ mode }) => mode);
    const lastInMode = new Map<string, number>();
    for (const { pid, mode } of queueOf(lock)) {
      const inConflict = [...holders].flatMap(([held, those]) =>
        conflict(mode, held) ? some(those, pid) : [],
      );
      const before = [...lastInMode].flatMap(([asked, other]) => (conflict(mode, asked) ? other : []));
      const direct = inConflict.length > 0 ? inConflict : before;
      blockers.set(pid, [...new Set([...(blockers.get(pid) ?? []), ...direct])].slice(0, MOST));
      lastInMode.set(mode, pid);
    }
  }
  return blockers;
}

/** The first few of the holders, without the waiter itself, which may hold the lock in a weaker mode. */
function some(holders: ContestedLock['holders'], waiter: number): readonly number[] {
  return holders
    .slice(0, MOST + 1)
    .map(({ pid }) => pid)
    .filter((pid) => pid !== waiter);
}
