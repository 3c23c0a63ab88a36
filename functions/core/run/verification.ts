import { identityOf } from '../server/session.ts';
import { type Pressure, slotHolders } from '../server/slots.ts';
import { ownSessions, type Snapshot } from '../server/snapshot.ts';
import type { Attempt, AttemptResult, GuardResult, Reading } from './record.ts';

/**
 * The result from the guard's answer and the verification read. Without the read (`alive` is null) nothing is
 * claimed. Without the guard's answer (`unknown`) a session that is gone is never counted as ours: the event
 * that cut us off may have cut off others.
 */
export function attemptResult(
  guard: GuardResult,
  identity: string,
  alive: ReadonlySet<string> | null,
): AttemptResult {
  if (guard === 'forbidden' || guard === 'failed') return guard;
  if (alive === null) return 'unknown';
  if (alive.has(identity)) return guard === 'no-match' ? 'changed' : 'still-there';
  return guard === 'signalled' ? 'terminated' : 'gone';
}

/** Whether a session may still be about to end, so that it makes sense to wait. */
export function mayStillEnd(guard: GuardResult): boolean {
  return guard === 'signalled' || guard === 'unknown';
}

/**
 * Whether a slot was freed by us, or perhaps by us because the session is gone and the guard's answer was
 * lost.
 */
export function isFreed({ guard, result }: Pick<Attempt, 'guard' | 'result'>): boolean {
  return result === 'terminated' || (result === 'gone' && guard === 'unknown');
}

/**
 * Whether two reads saw the same server process. After a restart, a crash recovery or a failover all earlier
 * processes are gone, the server's own included.
 */
export function isSameServer(first: Snapshot, later: Snapshot): boolean {
  const before = new Set(first.sessions.map(identityOf));
  return later.sessions.some((session) => before.has(identityOf(session)));
}

/**
 * Whether a restart or failover was seen. A read that follows attempts knows the result of each, unless it
 * saw another server process than the first one.
 */
export function sawRestart(attempts: readonly Attempt[], readings: readonly Reading[]): boolean {
  const lastRound = attempts.reduce((last, { round }) => Math.max(last, round), 0);
  const reads = readings.filter(({ phase }) => phase === 'verified').length;
  return (
    reads >= lastRound && attempts.some(({ round, result }) => round === lastRound && result === 'unknown')
  );
}

/**
 * Attempts that certainly ended no session, so that another session may replace each of them. A failed
 * statement does not count, because it may have sent its signal before it failed, as at a timeout.
 */
export function countIneffective(attempts: readonly Attempt[]): number {
  return attempts.filter(({ result }) => result === 'changed' || result === 'forbidden').length;
}

/** A later read as the difference to the first snapshot. */
export function toReading(
  phase: Reading['phase'],
  atMs: number,
  first: Snapshot,
  later: Snapshot,
  pressure: readonly Pressure[],
): Reading {
  const before = new Set(first.sessions.map(identityOf));
  const now = new Set(later.sessions.map(identityOf));
  const came = slotHolders(later).filter((session) => !before.has(identityOf(session)));
  // Our own lost sessions are not counted.
  const isOwn = ownSessions(first);
  const gone = first.sessions.filter((session) => !isOwn(session) && !now.has(identityOf(session))).length;
  return { phase, atMs, pressure, came, gone };
}
