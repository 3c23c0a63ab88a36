import type { Culprit, Diagnosis } from '../diagnosis.ts';
import { type GroupStanding, groupText, standingIn } from '../ranking.ts';
import { groupKey, groupOf } from '../session.ts';
import { compareText, countsFor, type Scope } from '../slots.ts';
import type { Clues } from './clues.ts';
import type { Limit } from './limits.ts';
import { suspectsAmong } from './suspects.ts';
import { onePerGroup } from './verdict.ts';

/** Who holds a fifth of what a limit allows is named. */
const SHARE = 0.2;

/** A limit that is reached, and who has reached it; whoever has done so in a known way carries that as its own cause. */
export function ofLimit(all: Clues, { cause, confidence, evidence, scope }: Limit): Diagnosis {
  return {
    cause,
    confidence,
    evidence,
    culprits: scope === null ? senders(all, evidence) : within(all, scope, evidence),
  };
}

function within(all: Clues, scope: Scope, evidence: readonly string[]): readonly Culprit[] {
  const inside = all.holders.filter(({ session }) => countsFor(scope, groupOf(session)));
  const known = suspectsAmong(all, inside).flatMap(({ standing, ...found }): readonly Culprit[] => {
    const { cause, confidence, opening } = found;
    return standing !== null && confidence !== 'low' && cause !== 'unclear'
      ? [{ standing, cause, confidence, evidence: found.evidence, opening }]
      : [];
  });
  const groups = [...all.standings.values()].filter(({ group }) => countsFor(scope, group));
  const plain = groups.map(
    (standing): Culprit => ({
      standing,
      cause: scope.kind === 'role' ? 'role-limit' : 'database-limit',
      confidence: 'medium',
      evidence,
      opening: null,
    }),
  );
  return onePerGroup([...known, ...plain])
    .filter(({ standing }) => standing.sessions >= inside.length * SHARE)
    .toSorted((a, b) => b.standing.sessions - a.standing.sessions);
}

/** Walsenders take no slot that clients share: their share is of their own. */
function senders({ snapshot }: Clues, evidence: readonly string[]): readonly Culprit[] {
  const sessions = snapshot.sessions.filter(({ backendType }) => backendType === 'walsender');
  return [...Map.groupBy(sessions, groupKey).values()]
    .map((those): GroupStanding => standingIn(those, snapshot.slots.walSenders))
    .toSorted((a, b) => b.sessions - a.sessions || compareText(groupText(a.group), groupText(b.group)))
    .filter(({ sessions: count }) => count >= sessions.length * SHARE)
    .map((standing) => ({
      standing,
      cause: 'replication-limit',
      confidence: 'medium',
      evidence,
      opening: null,
    }));
}
