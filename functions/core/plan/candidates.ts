import type { Rung } from '../policy/policy.ts';
import type { Session } from '../server/session.ts';
import { compareText } from '../server/slots.ts';
import type { Protection } from './plan.ts';

/** A session that a rung admits, with its age at that moment. */
export type Candidate = { readonly session: Session; readonly rung: number; readonly ageMs: number };

/** The first rung that admits the session, or why no rung does. */
export function candidateOf(session: Session, ladder: readonly Rung[]): Candidate | Protection {
  const rungs = ladder.filter(({ state }) => state === session.state);
  if (rungs.length === 0) return { reason: 'state', detail: session.state ?? 'unknown state' };
  const ageMs = session.stateAgeMs;
  if (ageMs === null) return { reason: 'unknown-age', detail: 'the server did not report its age' };
  const rung = ladder.findIndex(({ state, minAgeMs }) => state === session.state && ageMs >= minAgeMs);
  return rung < 0
    ? { reason: 'too-young', detail: `${session.state} for ${ageMs} ms` }
    : { session, rung, ageMs };
}

/**
 * The longest idle session comes first. Names, the pid and its start only give equal sessions the same order
 * in every run.
 */
export function compareCandidates(a: Candidate, b: Candidate): number {
  return b.ageMs - a.ageMs || compareSessions(a.session, b.session);
}

function compareSessions(a: Session, b: Session): number {
  return (
    compareText(a.user ?? '', b.user ?? '') ||
    compareText(a.application, b.application) ||
    compareText(a.database ?? '', b.database ?? '') ||
    (a.pid ?? 0) - (b.pid ?? 0) ||
    compareText(a.backendStart ?? '', b.backendStart ?? '')
  );
}

/** The sessions that some rung admits. */
export function candidatesOf(sessions: readonly Session[], rungs: readonly Rung[]): readonly Candidate[] {
  return sessions.map((session) => candidateOf(session, rungs)).filter((admitted) => 'session' in admitted);
}
