import { isUsedAgain } from './causes/busy-sessions.ts';
import type { SessionEvidence } from './evidence.ts';

/** What drivers and pools run to prepare a session or to see whether it lives; literals are redacted, in whatever way. */
const PREPARING = /^(?:|SET .*|SHOW .*|SELECT (?:\?|1|'.*'|version\(\)));?$/is;

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

/** Sessions of which nothing shows but how they were prepared. */
export function neverWorked(members: readonly SessionEvidence[]): readonly SessionEvidence[] {
  return members.filter(({ session }) => PREPARING.test(session.lastStatement ?? ''));
}

function inOrder(members: readonly SessionEvidence[]): number {
  const order = members.toSorted((a, b) => (b.openedMs ?? 0) - (a.openedMs ?? 0));
  return order.filter((member, at) => {
    const before = order[at - 1];
    if (before === undefined || before.doing !== 'resting' || isUsedAgain(before)) return false;
    if (PREPARING.test(before.session.lastStatement ?? '')) return false;
    return member.openedMs !== null && before.sinceMs !== null && member.openedMs < before.sinceMs;
  }).length;
}
