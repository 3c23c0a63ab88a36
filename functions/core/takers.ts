import type { Plan } from './plan.ts';
import { groupText } from './ranking.ts';
import type { Reading } from './record.ts';
import { type Group, groupKey, groupOf, identityOf, isHidden, takesSlot } from './session.ts';
import { compareText } from './slots.ts';
import { ownSessions, type Snapshot } from './snapshot.ts';
import { type Attempt, isFreed } from './verification.ts';

/** A group that opened sessions since the first snapshot; `lost` is how many of its own we had ended. */
export type Taker = { readonly group: Group; readonly lost: number; readonly came: number };

/** Who took slots since the first snapshot, those that had lost some first. */
export function takersOf(
  first: Snapshot,
  plan: Plan,
  attempts: readonly Attempt[],
  { came }: Reading,
): readonly Taker[] {
  const ended = new Set(attempts.filter(isFreed).map(identityOf));
  const known = new Map(
    [...first.sessions, ...plan.victims.map(({ session }) => session)].map((each) => [
      identityOf(each),
      each,
    ]),
  );
  const lost = Map.groupBy(
    [...known].filter(([identity]) => ended.has(identity)).map(([, session]) => session),
    groupKey,
  );
  const isOwn = ownSessions(first);
  const newcomers = came.filter((session) => takesSlot(session) && !isHidden(session) && !isOwn(session));
  return [...Map.groupBy(newcomers, groupKey)]
    .flatMap(([key, [one, ...more]]): readonly Taker[] =>
      one ? [{ group: groupOf(one), lost: lost.get(key)?.length ?? 0, came: more.length + 1 }] : [],
    )
    .sort(
      (a, b) => b.lost - a.lost || b.came - a.came || compareText(groupText(a.group), groupText(b.group)),
    );
}
