import type { Session } from '../server/session.ts';
import { compareText } from '../server/slots.ts';
import type { Protection, SparedReason } from './plan.ts';
import type { ActiveRung } from './rungs.ts';

/** A session that a rung admits, with its age at that moment. */
export type Candidate = { readonly session: Session; readonly rung: number; readonly ageMs: number };

/** The nearest miss is the reason that people are told: what a session lacks for the rung that it fits best. */
const MISSES: readonly SparedReason[] = ['state', 'not-included', 'unknown-age', 'too-young'];

/** The first rung that admits the session, or why no rung does. */
export function candidateOf(session: Session, rungs: readonly ActiveRung[]): Candidate | Protection {
  let nearest: Protection = { reason: 'state', detail: session.state ?? 'unknown state' };
  for (const [rung, line] of rungs.entries()) {
    if (line.state !== session.state) continue;
    const miss = missOf(session, line);
    if (miss === null) return { session, rung, ageMs: session.stateAgeMs ?? 0 };
    if (rank(miss) >= rank(nearest)) nearest = miss;
  }
  return nearest;
}

function rank({ reason }: Protection): number {
  return MISSES.indexOf(reason);
}

/** Why a rung of the session's state does not take it, or null. */
function missOf(session: Session, line: ActiveRung): Protection | null {
  if (!line.isHarmful(session))
    return { reason: 'state', detail: `${session.state}, without harm to others` };
  const name = line.excludes(session);
  if (name !== null)
    return { reason: 'not-included', detail: `${name}, by the lines that end such sessions` };
  const ageMs = session.stateAgeMs;
  if (ageMs === null) return { reason: 'unknown-age', detail: 'the server did not report its age' };
  if (ageMs < line.minAgeMs) return { reason: 'too-young', detail: `${session.state} for ${ageMs} ms` };
  if (line.connectionAgeMs === null) return null;
  const connectedMs = line.connectedForMs(session);
  if (connectedMs === null)
    return { reason: 'unknown-age', detail: 'the server did not report when it was opened' };
  return connectedMs >= line.connectionAgeMs
    ? null
    : { reason: 'too-young', detail: `connected for ${connectedMs} ms` };
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
export function candidatesOf(
  sessions: readonly Session[],
  rungs: readonly ActiveRung[],
): readonly Candidate[] {
  return sessions.map((session) => candidateOf(session, rungs)).filter((admitted) => 'session' in admitted);
}
