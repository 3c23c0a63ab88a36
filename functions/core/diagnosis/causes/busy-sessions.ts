import { medianOf } from '../../base/median.ts';
import { ageText, counted } from '../../base/words.ts';
import type { Evidence, SessionEvidence } from '../evidence.ts';
import { prepares } from '../pool-signs.ts';
import { agesOf, cappedAt, confidenceIn, doing, lastingFor, type Suspect, suspect } from '../suspect.ts';

/** A statement that runs longer does not belong to many short requests. */
const SLOW_MS = 10_000;
/** A session that was used within this time is in use, even where it rests at the moment. With much more a few that share the
 * work of one would count as well. */
export const RECENT_MS = 5_000;
/** More that came within the last fifth of the time that can be seen is a surge, and lately is no longer ago than this. */
const LATE = { share: 0.2, mostMs: 1_200_000 } as const;

/** `slow-queries`: most of a program's sessions are at a statement that runs long. */
export function slowQueries(all: Evidence, program: readonly SessionEvidence[]): Suspect | null {
  const working = doing(program, 'working');
  const slow = lastingFor(working, SLOW_MS);
  if (slow.length * 2 < program.length) return null;
  const ages = agesOf(slow, 'sinceMs');
  return suspect(all, program, {
    cause: 'slow-queries',
    confidence: confidenceIn(slow.length, program.length),
    evidence: [
      `${slow.length} of ${program.length} are in a statement that has run for over ${ageText(SLOW_MS)}, half of them for over ${ageText(medianOf(ages) ?? 0)}, the longest for ${ageText(Math.max(0, ...ages))}`,
      ...alikeStatements(slow),
    ],
  });
}

/** Redaction leaves equal shapes equal, so that they can be counted; they are not repeated here. */
function alikeStatements(slow: readonly SessionEvidence[]): readonly string[] {
  const counts = Map.groupBy(slow, ({ session }) => session.lastStatement ?? '');
  const most = Math.max(0, ...[...counts].map(([text, { length }]) => (text === '' ? 0 : length)));
  return most >= 3 && most * 2 >= slow.length ? [`${most} of them run the same statement`] : [];
}

/** `traffic-spike`: a program's sessions came lately, while the server has been there for long, and all have work. */
export function trafficSpike(all: Evidence, program: readonly SessionEvidence[]): Suspect | null {
  const used = inUse(program);
  const working = doing(program, 'working', 'in transaction', 'waiting');
  if (used.length * 10 < program.length * 7) return null;
  const since = historyOf(all);
  const isMost = all.server.under && program.length * 2 >= all.server.used;
  const lately = Math.max(Math.min(since * LATE.share, LATE.mostMs), isMost ? YOUNG_MS : 0);
  const late = program.filter(({ openedMs }) => openedMs !== null && openedMs <= lately);
  if (late.length * 2 < program.length || isReplacing(program)) return null;
  const confidence = confidenceIn(late.length, program.length);
  return suspect(all, program, {
    cause: 'traffic-spike',
    confidence: since < YOUNG_MS ? cappedAt('medium', confidence) : confidence,
    evidence: [
      `${late.length} of ${program.length} were opened within the last ${ageText(Math.max(1_000, ...agesOf(late, 'openedMs')))}, on a server that has run for ${ageText(since)}`,
      `${counted(working.length, 'session is', 'sessions are')} at work now, ${used.length} were in the last ${ageText(RECENT_MS)}`,
    ],
  });
}

/**
 * A busy pool that replaces its sessions after a lifetime has none that is older, and ages that lie evenly up to it. A surge
 * comes beside older sessions, or within minutes.
 */
function isReplacing(program: readonly SessionEvidence[]): boolean {
  const ages = agesOf(program, 'openedMs');
  const oldest = Math.max(0, ...ages);
  return oldest > SURGE.mostMs && oldest <= (medianOf(ages) ?? 0) * SURGE.timesMedian;
}

/** The oldest of ages that lie evenly has twice the age of the middle one, and where they do not lie evenly yet a few times. */
const SURGE = { mostMs: 480_000, timesMedian: 8 } as const;

/** What holds most slots and has come within this time is a surge wherever it works; after a start that is not sure. */
const YOUNG_MS = 600_000;

function historyOf({ uptimeMs, holders }: Evidence): number {
  return Math.max(uptimeMs ?? 0, ...agesOf(holders, 'openedMs'));
}

/**
 * Sessions that work, or have worked a moment ago. What was used once, when it was opened, is not in use for that, and neither is
 * a young one that was only prepared.
 */
export function inUse(members: readonly SessionEvidence[]): readonly SessionEvidence[] {
  return members.filter((member) => {
    if (member.doing === 'resting')
      return (member.sinceMs ?? RECENT_MS) < RECENT_MS && isUsedAgain(member) && !isJustPrepared(member);
    return member.doing === 'working' || member.doing === 'waiting' || member.doing === 'in transaction';
  });
}

function isJustPrepared(member: SessionEvidence): boolean {
  return prepares(member) === true && (member.openedMs ?? 0) < JUST_PREPARED_MS;
}

/** A slow host takes its time to prepare a session. */
const JUST_PREPARED_MS = 60_000;

/** What follows a session's opening takes two seconds; of a young one a fifth of its time, of an old one a twentieth. */
const FIRST_USE = { ms: 2_000, ofYoung: 0.2, ofOld: 0.05 } as const;

/** Whether a session was used again after what it was opened for. */
export function isUsedAgain({ openedMs, sinceMs }: SessionEvidence): boolean {
  const { ms, ofYoung, ofOld } = FIRST_USE;
  if (openedMs === null || sinceMs === null) return false;
  return openedMs - sinceMs > Math.max(Math.min(ms, openedMs * ofYoung), openedMs * ofOld);
}
