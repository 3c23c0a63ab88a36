import { isUsedAgain } from './causes/busy-sessions.ts';
import type { Clue } from './evidence.ts';

/** What drivers and pools run to prepare a session or to see whether it lives; literals are redacted, in whatever way. */
const PREPARING = /^(?:|SET .*|SHOW .*|SELECT (?:\?|1|'.*'|version\(\)));?$/is;

/**
 * How many sessions were opened while the one before, of the same host, had done its work and rested: a pool would have lent
 * that one again. Of a pool that opens at its start none has worked yet, and of one that grows all are at work.
 */
export function openedOneByOne(kin: readonly Clue[]): number {
  return [...Map.groupBy(kin, ({ session }) => session.address).values()].reduce(
    (sum, clues) => sum + inOrder(clues),
    0,
  );
}

/** Sessions of which nothing shows but how they were prepared. */
export function neverWorked(clues: readonly Clue[]): readonly Clue[] {
  return clues.filter(({ session }) => PREPARING.test(session.lastStatement ?? ''));
}

function inOrder(clues: readonly Clue[]): number {
  const order = clues.toSorted((a, b) => (b.openedMs ?? 0) - (a.openedMs ?? 0));
  return order.filter((clue, at) => {
    const before = order[at - 1];
    if (before === undefined || before.doing !== 'resting' || isUsedAgain(before)) return false;
    if (PREPARING.test(before.session.lastStatement ?? '')) return false;
    return clue.openedMs !== null && before.sinceMs !== null && clue.openedMs < before.sinceMs;
  }).length;
}
