import { programsOf } from '../../server/programs.ts';
import { byProgram } from '../../server/programs-in.ts';
import { groupText, usageIn } from '../../server/rank-groups.ts';
import { groupOf, type Session } from '../../server/session.ts';
import { compareText, countsFor, type Scope, scopeName } from '../../server/slots.ts';
import type { Culprit, Diagnosis, OpeningRate } from '../cause.ts';
import { onePerGroup } from '../choose-cause.ts';
import type { Evidence, SessionEvidence } from '../evidence.ts';
import { suspectsAmong } from '../find-suspects.ts';
import { msUntilFull } from '../ms-until-full.ts';
import { toCulprit } from '../suspect.ts';
import type { Limit } from './limits.ts';

/** A program that holds a fifth of what a limit allows is named. */
const SHARE = 0.2;

/**
 * The diagnosis for a limit that is reached, with the programs that reached it. A program whose sessions have
 * a known cause is named with that cause. A leak that holds half of the limit stays the cause: it would fill
 * any limit. The limit is told as evidence.
 */
export function diagnoseLimit(all: Evidence, limit: Limit): Diagnosis {
  const { cause, confidence, evidence, scope } = limit;
  if (scope === null) return { cause, confidence, evidence, culprits: senders(all, evidence) };
  const culprits = culpritsIn(all, scope, evidence);
  const [first] = culprits;
  if (first?.cause === 'connection-leak' && first.usage.sessions * 2 >= sessionsIn(all, scope).length)
    return { cause: first.cause, confidence: first.confidence, evidence, culprits };
  return { cause, confidence, evidence, culprits };
}

/** Sessions that count for the limit. */
function sessionsIn({ holders }: Evidence, scope: Scope): readonly Session[] {
  return holders.map(({ session }) => session).filter((each) => countsFor(scope, groupOf(each)));
}

function culpritsIn(all: Evidence, scope: Scope, evidence: readonly string[]): readonly Culprit[] {
  const inside = sessionsIn(all, scope);
  const usages = new Map(
    [...byProgram(all.programs, inside)].map(([{ name }, those]) => [
      name,
      usageIn(those, all.server.usable, name),
    ]),
  );
  const isInside = ({ session }: SessionEvidence) => countsFor(scope, groupOf(session));
  const known = suspectsAmong(all, all.holders.filter(isInside))
    .filter(({ confidence }) => confidence !== 'low')
    .flatMap(toCulprit)
    .map((culprit) => ({
      ...culprit,
      usage: usages.get(culprit.usage.group) ?? culprit.usage,
      opening: openingIn(all, scope, culprit.opening),
    }));
  const cause = scope.kind === 'role' ? 'role-limit' : 'database-limit';
  const plain = [...usages.values()]
    .toSorted((a, b) => b.sessions - a.sessions || compareText(groupText(a.group), groupText(b.group)))
    .map((usage): Culprit => ({ usage, cause, confidence: 'medium', evidence, opening: null }));
  return onePerGroup([...known, ...plain])
    .filter(({ usage }) => usage.sessions >= inside.length * SHARE)
    .toSorted((a, b) => b.usage.sessions - a.usage.sessions);
}

/** The slots that run out are those of the limit. */
function openingIn({ record }: Evidence, scope: Scope, opening: OpeningRate | null): OpeningRate | null {
  const reached = record.plan?.pressure.find(
    (each) => each.scope.kind === scope.kind && scopeName(each.scope) === scopeName(scope),
  );
  if (opening === null || reached === undefined) return opening;
  return { ...opening, fullInMs: msUntilFull(record, reached, opening.perHour) };
}

/** Walsenders take no slot that clients share, so that their share is counted among walsenders. */
function senders({ snapshot }: Evidence, evidence: readonly string[]): readonly Culprit[] {
  const sessions = snapshot.sessions.filter(({ backendType }) => backendType === 'walsender');
  return programsOf(sessions)
    .all.map(({ name, sessions: those }) => usageIn(those, snapshot.slots.walSenders, name))
    .toSorted((a, b) => b.sessions - a.sessions || compareText(groupText(a.group), groupText(b.group)))
    .filter(({ sessions: count }) => count >= sessions.length * SHARE)
    .map((usage) => ({
      usage,
      cause: 'replication-limit',
      confidence: 'medium',
      evidence,
      opening: null,
    }));
}
