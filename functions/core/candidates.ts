import type { Rung } from './policy.ts';
import type { Protection } from './protection.ts';
import { type Group, groupKey, groupOf, type Session } from './session.ts';
import { compareText } from './slots.ts';

/** A session that a rung admits, with the age it was admitted at. */
export type Candidate = { readonly session: Session; readonly rung: number; readonly ageMs: number };

/** How many of a group may still go before only its keep is left. */
export type GroupQuota = { readonly group: Group; mayGo: number };

/** The first rung that admits the session, or why none does. */
export function admit(session: Session, ladder: readonly Rung[]): Candidate | Protection {
  const rungs = ladder.filter(({ state }) => state === session.state);
  if (rungs.length === 0) return { reason: 'state', detail: session.state ?? 'unknown state' };
  const ageMs = session.stateAgeMs;
  if (ageMs === null) return { reason: 'unknown-age', detail: 'the server did not say since when' };
  const rung = ladder.findIndex(({ state, minAgeMs }) => state === session.state && ageMs >= minAgeMs);
  return rung < 0
    ? { reason: 'too-young', detail: `${session.state} for ${ageMs} ms` }
    : { session, rung, ageMs };
}

/** Each client session's group; members share one. */
export type GroupQuotas = ReadonlyMap<Session, GroupQuota>;

/** A group is never ended whole: `keepPerGroup` of its client sessions stay, whatever their state. */
export function groupQuotas(clients: readonly Session[], keepPerGroup: number): GroupQuotas {
  const byKey = new Map<string, GroupQuota>();
  const quotas = new Map<Session, GroupQuota>();
  for (const session of clients) {
    const key = groupKey(session);
    const quota = byKey.get(key) ?? { group: groupOf(session), mayGo: -keepPerGroup };
    quota.mayGo += 1;
    byKey.set(key, quota);
    quotas.set(session, quota);
  }
  return quotas;
}

/** Longest idle first; the pid and its start only make equals come out alike on every run. */
export function compareCandidates(a: Candidate, b: Candidate): number {
  return (
    b.ageMs - a.ageMs || (a.session.pid ?? 0) - (b.session.pid ?? 0) || compareText(startOf(a), startOf(b))
  );
}

function startOf({ session }: Candidate): string {
  return session.backendStart ?? '';
}

/** The sessions that some rung admits. */
export function candidatesOf(sessions: readonly Session[], rungs: readonly Rung[]): readonly Candidate[] {
  return sessions.map((session) => admit(session, rungs)).filter((admitted) => 'session' in admitted);
}
