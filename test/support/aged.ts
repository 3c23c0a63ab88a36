import type { RunRecord } from '../../functions/core/record.ts';
import { serverTimeMs } from '../../functions/core/server-time.ts';
import { identityOf, type Session } from '../../functions/core/session.ts';

/** How long before the look a session had been opened, milliseconds. */
export type OpenedAgo = (session: Session, at: number) => number;

/** The same run as if its sessions had been opened then: built ones all start in the same instant. */
export function openedAgo(record: RunRecord, ago: OpenedAgo): RunRecord {
  const { snapshot, plan } = record;
  const takenAt = serverTimeMs(snapshot?.takenAt ?? null);
  if (snapshot === null || plan === null || takenAt === null) return record;
  const renamed = new Map(
    snapshot.sessions.map((session, at) => [
      identityOf(session),
      { ...session, backendStart: textOf(takenAt - ago(session, at)) },
    ]),
  );
  const again = <Kept extends { readonly session: Session }>(kept: Kept): Kept => ({
    ...kept,
    session: renamed.get(identityOf(kept.session)) ?? kept.session,
  });
  return {
    ...record,
    snapshot: { ...snapshot, sessions: [...renamed.values()] },
    plan: { ...plan, victims: plan.victims.map(again), spared: plan.spared.map(again) },
    attempts: record.attempts.map((attempt) => ({
      ...attempt,
      backendStart: renamed.get(identityOf(attempt))?.backendStart ?? attempt.backendStart,
    })),
  };
}

function textOf(ms: number): string {
  return `${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')}000+00`;
}
