import { identityOf } from '../server/session.ts';
import { type Pressure, slotHolders } from '../server/slots.ts';
import { ownSessions, type Snapshot } from '../server/snapshot.ts';
import type { Reading } from './reading.ts';

/** What the guarded statement said about one victim. `signalled` is not yet `terminated`. */
export type GuardResult = 'signalled' | 'no-match' | 'forbidden' | 'failed' | 'unknown';

/**
 * What came of one attempt, by the verification read.
 * - `terminated`: signalled, and its identity is gone.
 * - `changed`: the guard found it busy again; it lives.
 * - `gone`: not there any more, and nothing says that it was us: it had left by itself, or the guard's answer was lost.
 * - `still-there`: signalled, or perhaps so where the answer was lost, but not gone within the bound.
 * - `forbidden`: the server refused (42501).
 * - `failed`: another error of the statement.
 * - `unknown`: nobody could read what came of it.
 */
export type AttemptResult =
  | 'terminated'
  | 'changed'
  | 'gone'
  | 'still-there'
  | 'forbidden'
  | 'failed'
  | 'unknown';

export type Attempt = {
  readonly pid: number;
  readonly backendStart: string | null;
  readonly round: number;
  readonly guard: GuardResult;
  readonly result: AttemptResult;
};

/**
 * A guard's word and the verification read together. Without a read (`alive` is null) nothing is claimed, and without the
 * guard's word (`unknown`) never that it was us: what cut us off may have cut off others.
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

/** Whether a session may be on its way out, so that waiting for its end is worth while. */
export function mayStillEnd(guard: GuardResult): boolean {
  return guard === 'signalled' || guard === 'unknown';
}

/** Whether a slot came free by us, or perhaps by us: its session is gone, and the guard's answer was lost. */
export function isFreed({ guard, result }: Pick<Attempt, 'guard' | 'result'>): boolean {
  return result === 'terminated' || (result === 'gone' && guard === 'unknown');
}

/**
 * Whether the server that a later read saw is the one that the first saw. One that restarted, recovered from a crash or
 * failed over has none of the processes that were there before, its own among them.
 */
export function isSameServer(first: Snapshot, later: Snapshot): boolean {
  const before = new Set(first.sessions.map(identityOf));
  return later.sessions.some((session) => before.has(identityOf(session)));
}

/**
 * Whether the server was seen to have restarted or failed over: a read that follows attempts tells what came of each, unless
 * it saw another server than the first one.
 */
export function sawRestart(attempts: readonly Attempt[], readings: readonly Reading[]): boolean {
  const lastRound = attempts.reduce((last, { round }) => Math.max(last, round), 0);
  const reads = readings.filter(({ phase }) => phase === 'verified').length;
  return (
    reads >= lastRound && attempts.some(({ round, result }) => round === lastRound && result === 'unknown')
  );
}

/**
 * Attempts that surely ended nobody, so that another session may stand in for each. A statement that failed may have sent
 * its signal first, as one that its timeout overtook: nobody stands in for it.
 */
export function countIneffective(attempts: readonly Attempt[]): number {
  return attempts.filter(({ result }) => result === 'changed' || result === 'forbidden').length;
}

/** A later read against the first snapshot. */
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
  // A session of ours that was lost is none of theirs.
  const isOwn = ownSessions(first);
  const gone = first.sessions.filter((session) => !isOwn(session) && !now.has(identityOf(session))).length;
  return { phase, atMs, pressure, came, gone };
}
