import { type ContestedLock, conflict, type LockShare } from './contested-lock.ts';

/**
 * The order in which a lock's waiters get it, as the server forms its queue: at the end, but who holds the lock in a weaker
 * mode that somebody in the queue waits for goes before that one. It is a guess: the server does not show its queue, and
 * resolving a deadlock may change it.
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
