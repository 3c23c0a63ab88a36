import { type ContestedLock, conflict } from './contested-lock.ts';
import { queueOf } from './lock-queue.ts';

/** More are told by the lock itself: each of many holders beside each of many waiters would be the square of them. */
const MOST = 3;

/** For each waiter some of those that it waits for directly: holders that conflict; without any, who is before it. */
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

/** Enough of them, and never the waiter itself, which may hold the lock in a weaker mode. */
function some(holders: ContestedLock['holders'], waiter: number): readonly number[] {
  return holders
    .slice(0, MOST + 1)
    .map(({ pid }) => pid)
    .filter((pid) => pid !== waiter);
}
