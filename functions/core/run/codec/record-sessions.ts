import type { Session } from '../../server/session.ts';
import type { RunRecord } from '../record.ts';

/** Changes each session at every place of a record. All places still share one object. */
export function mapSessions(record: RunRecord, change: (session: Session) => Session): RunRecord {
  const { snapshot, plan } = record;
  if (snapshot === null) return record;
  const changed = new Map(snapshot.sessions.map((session) => [session, change(session)]));
  const same = <Entry extends { readonly session: Session }>(entry: Entry): Entry => ({
    ...entry,
    session: changed.get(entry.session) ?? change(entry.session),
  });
  return {
    ...record,
    snapshot: { ...snapshot, sessions: [...changed.values()] },
    plan: plan === null ? null : { ...plan, victims: plan.victims.map(same), spared: plan.spared.map(same) },
    readings: record.readings.map((reading) => ({ ...reading, came: reading.came.map(change) })),
  };
}
