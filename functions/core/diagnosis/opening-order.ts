import { isUsedAgain } from './causes/busy-sessions.ts';
import type { SessionEvidence } from './evidence.ts';
import { prepares } from './pool-signs.ts';

/**
 * How many sessions were opened while the one before, of the same host, had done its work and rested: a pool would have lent
 * that one again. Of a pool that opens at its start none has worked yet, and of one that grows all are at work.
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
