import type { Plan } from '../plan/plan.ts';
import { groupText } from '../server/rank-groups.ts';
import { type Newcomers, newcomersAmong } from '../server/retaken-slots.ts';
import { identityOf } from '../server/session.ts';
import { compareText } from '../server/slots.ts';
import { ownSessions, type Snapshot } from '../server/snapshot.ts';
import type { Reading } from './reading.ts';
import { type Attempt, isFreed } from './verification.ts';

export type Taker = Newcomers;

/** Who took slots since the first snapshot, those that had lost some first. */
export function takersOf(
  first: Snapshot,
  plan: Plan,
  attempts: readonly Attempt[],
  { came }: Reading,
): readonly Taker[] {
  const freed = new Set(attempts.filter(isFreed).map(identityOf));
  const isOwn = ownSessions(first);
  const sessions = [...first.sessions, ...plan.victims.map(({ session }) => session)];
  const known = new Map(sessions.map((each) => [identityOf(each), each]));
  return newcomersAmong(
    [...known.values()].filter((session) => !isOwn(session)),
    freed,
    came.filter((session) => !isOwn(session)),
  ).toSorted(
    (a, b) => b.lost - a.lost || b.came - a.came || compareText(groupText(a.group), groupText(b.group)),
  );
}
