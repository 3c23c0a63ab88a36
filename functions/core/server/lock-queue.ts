import { type ContestedLock, conflict, type LockShare } from './contested-lock.ts';

/**
 * The order in which the waiters of a lock get it, computed as the server forms its queue. A new waiter goes
 * to the end. If it already holds the lock in a weaker mode that conflicts with a waiter in the queue, it
 * goes before that waiter. The result is a guess: the server does not show its queue, and resolving a
 * deadlock may change it.
 */
export function queueOf({ holders, waiters }: ContestedLock): readonly LockShare[] {
  const held = Map.groupBy(holders, ({ pid }) => pid);
  const queue: LockShare[] = [];
  for (const waiter of waiters) {
    const own = held.get(waiter.pid) ?? [];
    const before = own.length === 0 ? -1 : queue.findIndex((other) => mustWaitFor(other, waiter, own));
    if (before < 0) queue.push(waiter);
    else queue.splice(before, 0, waiter);
  }
  return queue;
}

function mustWaitFor(other: LockShare, { pid }: LockShare, held: readonly LockShare[]): boolean {
  return other.pid !== pid && held.some(({ mode }) => conflict(other.mode, mode));
}
