import { medianOf } from '../../base/median.ts';
import { ageText, counted } from '../../base/words.ts';
import { waitingForStandby, waitingForWal } from '../../server/waiting-for-standby.ts';
import type { Evidence, SessionEvidence } from '../evidence.ts';
import { isTested, prepares } from '../pool-signs.ts';
import { agesOf, cappedAt, confidenceIn, doing, lastingFor, type Suspect, suspect } from '../suspect.ts';
import { isSending } from './clients-owe-input.ts';

/** A statement that runs longer is not part of many short requests. */
const SLOW_MS = 10_000;
/**
 * A session that was used within this time is in use, even if it is idle at the moment. With a much longer
 * time, a few sessions that share the work of one would count as well.
 */
export const RECENT_MS = 5_000;
/**
 * When a larger share was opened in the last fifth of the visible time, it is a surge. The surge must be
 * recent.
 */
const LATE = { share: 0.2, mostMs: 1_200_000 } as const;

/** `slow-queries`: most sessions of a program run a statement for long. */
export function slowQueries(all: Evidence, program: readonly SessionEvidence[]): Suspect | null {
  // A copy that goes on waits for its client again and again.
  const working = doing(program, 'working', ...(isSending(program) ? (['owing'] as const) : []));
  const slow = lastingFor(working, SLOW_MS);
  if (slow.length * 2 < program.length) return null;
  const ages = agesOf(slow, 'sinceMs');
  return suspect(all, program, {
    cause: 'slow-queries',
    confidence: confidenceIn(slow.length, program.length),
    evidence: [
      `${slow.length} of ${program.length} are in a statement that has run for over ${ageText(SLOW_MS)}, ${spreadText(medianOf(ages) ?? 0, Math.max(0, ...ages))}`,
      ...alikeStatements(slow),
      ...standbyText(slow),
    ],
  });
}

function spreadText(typical: number, longest: number): string {
  const [half, most] = [ageText(typical), ageText(longest)];
  return half === most
    ? `half of them for ${half}, none for longer`
    : `half of them for over ${half}, the longest for ${most}`;
}

function standbyText(slow: readonly SessionEvidence[]): readonly string[] {
  const sessions = slow.map(({ session }) => session);
  const waiting = waitingForStandby(sessions).length;
  const reading = waitingForWal(sessions).length;
  return [
    ...(waiting === 0
      ? []
      : [`${waiting} of them wait until a synchronous standby confirms their COMMIT (SyncRep)`]),
    ...(reading === 0 ? [] : [`${reading} of them wait in WAIT FOR LSN until this standby has the WAL`]),
  ];
}

/** Redaction keeps equal shapes equal, so that they can be counted. They are not repeated here. */
function alikeStatements(slow: readonly SessionEvidence[]): readonly string[] {
  const counts = Map.groupBy(slow, ({ session }) => session.lastStatement ?? '');
  const most = Math.max(0, ...[...counts].map(([text, { length }]) => (text === '' ? 0 : length)));
  return most >= 3 && most * 2 >= slow.length ? [`${most} of them run the same statement`] : [];
}

/**
 * `traffic-spike`: the sessions of a program are recent, the server has been running for long, and all
 * sessions have work.
 */
export function trafficSpike(all: Evidence, program: readonly SessionEvidence[]): Suspect | null {
  const used = surelyInUse(program);
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
 * A busy pool that replaces its sessions after a lifetime has no older ones, and their ages are spread evenly
 * up to that lifetime. In a surge there are older sessions, or all were opened within minutes.
 */
function isReplacing(program: readonly SessionEvidence[]): boolean {
  const ages = agesOf(program, 'openedMs');
  const oldest = Math.max(0, ...ages);
  return oldest > SURGE.mostMs && oldest <= (medianOf(ages) ?? 0) * SURGE.timesMedian;
}

/**
 * When ages are spread evenly, the oldest is twice the median. Before they are, it is up to 20 times the
 * median. Sessions from before a surge are older than that.
 */
const SURGE = { mostMs: 480_000, timesMedian: 20 } as const;

/**
 * A program that holds most slots and opened its sessions within this time is a surge, whatever they do.
 * Right after a start of the server that is not certain.
 */
const YOUNG_MS = 600_000;

function historyOf({ uptimeMs, holders }: Evidence): number {
  return Math.max(uptimeMs ?? 0, ...agesOf(holders, 'openedMs'));
}

/**
 * Sessions that work, or worked a moment ago. A session that was used once, when it was opened, does not
 * count, and neither does a young one that was only prepared, nor one that a pool has only tested.
 */
export function inUse(members: readonly SessionEvidence[]): readonly SessionEvidence[] {
  return members.filter((member) => {
    if (member.doing === 'resting')
      return (
        (member.sinceMs ?? RECENT_MS) < RECENT_MS &&
        isUsedAgain(member) &&
        !isJustPrepared(member) &&
        !isTested(member)
      );
    return member.doing === 'working' || member.doing === 'waiting' || member.doing === 'in transaction';
  });
}

/**
 * The same, where a session that rests counts only if its statement is told, or if others of the program work at this moment:
 * a pool that tests all its connections every few seconds leaves the same times.
 */
export function surelyInUse(program: readonly SessionEvidence[]): readonly SessionEvidence[] {
  const used = inUse(program);
  const working = used.filter(({ doing }) => doing !== 'resting').length;
  if (working >= used.length * WORKING) return used;
  return used.filter(({ doing, session }) => doing !== 'resting' || session.lastStatement !== null);
}

/** Of sessions that are at work at least this share works at any moment. */
const WORKING = 0.1;

function isJustPrepared(member: SessionEvidence): boolean {
  return prepares(member) === true && (member.openedMs ?? 0) < JUST_PREPARED_MS;
}

/** A slow host takes its time to prepare a session. */
const JUST_PREPARED_MS = 60_000;

/**
 * The first use of a session takes up to two seconds. For a young session it takes up to a fifth of its age,
 * for an old one up to a twentieth.
 */
const FIRST_USE = { ms: 2_000, ofYoung: 0.2, ofOld: 0.05 } as const;

/** Whether a session was used again after its first use. */
export function isUsedAgain({ openedMs, sinceMs }: SessionEvidence): boolean {
  const { ms, ofYoung, ofOld } = FIRST_USE;
  if (openedMs === null || sinceMs === null) return false;
  return openedMs - sinceMs > Math.max(Math.min(ms, openedMs * ofYoung), openedMs * ofOld);
}
