import type { Session } from '../server/session.ts';
import { compareText } from '../server/slots.ts';
import type { Quota } from './keep.ts';
import type { Protection, SparedReason } from './plan.ts';
import type { ActiveRung } from './rungs.ts';

/** A session that a rung admits, with its age at that moment and the quota of its program. */
export type Candidate = {
  readonly session: Session;
  readonly quota: Quota;
  readonly rung: number;
  readonly ageMs: number;
};

/** The nearest miss is the reason that people are told: what a session lacks for the rung that it fits best. */
const MISSES: readonly SparedReason[] = ['state', 'not-included', 'unknown-age', 'too-young'];

/** Why a line does not take a session. Most misses are of sessions that a later line takes, so the text waits. */
type Miss = { readonly reason: SparedReason; readonly detail: (session: Session) => string };

/** The first rung that admits the session, or why no rung does. */
export function candidateOf(
  session: Session,
  quota: Quota | null,
  rungs: readonly ActiveRung[],
): Candidate | Protection {
  if (quota === null) return OF_NO_PROGRAM;
  let nearest = OTHER_STATE;
  for (let rung = 0; rung < rungs.length; rung += 1) {
    const line = rungs[rung];
    if (line === undefined || line.state !== session.state) continue;
    const miss = missOf(session, line);
    if (miss === null) return { session, quota, rung, ageMs: session.stateAgeMs ?? 0 };
    if (rank(miss) >= rank(nearest)) nearest = miss;
  }
  return { reason: nearest.reason, detail: nearest.detail(session) };
}

function rank({ reason }: Miss): number {
  return MISSES.indexOf(reason);
}

/** Every client belongs to a program. In doubt a session stays. */
const OF_NO_PROGRAM: Protection = { reason: 'kept', detail: 'of no known program' };
const OTHER_STATE: Miss = { reason: 'state', detail: ({ state }) => state ?? 'unknown state' };
const HARMLESS: Miss = { reason: 'state', detail: ({ state }) => `${state}, without harm to others` };
const NO_AGE: Miss = { reason: 'unknown-age', detail: () => 'the server did not report its age' };
const NO_START: Miss = {
  reason: 'unknown-age',
  detail: () => 'the server did not report when it was opened',
};
const TOO_YOUNG: Miss = {
  reason: 'too-young',
  detail: ({ state, stateAgeMs }) => `${state} for ${stateAgeMs} ms`,
};

/** Why a rung of the session's state does not take it, or null. */
function missOf(session: Session, line: ActiveRung): Miss | null {
  if (!line.isHarmful(session)) return HARMLESS;
  const name = line.excludes(session);
  if (name !== null)
    return { reason: 'not-included', detail: () => `${name}, by the lines that end such sessions` };
  const ageMs = session.stateAgeMs;
  if (ageMs === null) return NO_AGE;
  if (ageMs < line.minAgeMs) return TOO_YOUNG;
  if (line.connectionAgeMs === null) return null;
  const connectedMs = line.connectedForMs(session);
  if (connectedMs === null) return NO_START;
  return connectedMs >= line.connectionAgeMs
    ? null
    : { reason: 'too-young', detail: () => `connected for ${connectedMs} ms` };
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
