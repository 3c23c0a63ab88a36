import { isUsedAgain } from './causes/busy-sessions.ts';
import type { SessionEvidence } from './evidence.ts';
import { prepares } from './pool-signs.ts';

/**
 * How many sessions were opened while the one before, from the same host, had finished its work and was idle.
 * A pool would have lent that one again. In a pool that has just started none has worked yet, and in a pool
 * that grows all are busy.
 */
export function openedOneByOne(program: readonly SessionEvidence[]): number {
  return [...Map.groupBy(program, ({ session }) => session.address).values()].reduce(
    (sum, members) => sum + inOrder(members),
    0,
  );
}

function inOrder(members: readonly SessionEvidence[]): number {
  const order = members.toSorted((a, b) => (b.openedMs ?? 0) - (a.openedMs ?? 0));
  return order.filter((member, at) => {
    const before = order[at - 1];
    if (before === undefined || before.doing !== 'resting' || isUsedAgain(before)) return false;
    if (prepares(before) !== false) return false;
    return member.openedMs !== null && before.sinceMs !== null && member.openedMs < before.sinceMs;
  }).length;
}
