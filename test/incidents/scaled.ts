import { serverTimeMs } from '../../functions/core/base/server-time.ts';
import { planRemediation } from '../../functions/core/plan/plan-remediation.ts';
import { expectedOutcome } from '../../functions/core/run/outcome-of.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import type { Session } from '../../functions/core/server/session.ts';

/** The same run with all ages multiplied. It is planned anew, because a plan depends on ages. */
export function scaled(record: RunRecord, factor: number): RunRecord {
  const { snapshot, trigger, policy } = record;
  if (snapshot === null) return record;
  const takenAt = serverTimeMs(snapshot.takenAt) ?? 0;
  const older = (text: string | null) => {
    const at = serverTimeMs(text);
    return at === null ? text : serverText(takenAt - (takenAt - at) * factor);
  };
  const times = (ms: number | null) => (ms === null ? null : Math.round(ms * factor));
  const sessions = snapshot.sessions.map(
    (session): Session => ({
      ...session,
      backendStart: older(session.backendStart),
      stateChange: older(session.stateChange),
      stateAgeMs: times(session.stateAgeMs),
      transactionAgeMs: times(session.transactionAgeMs),
      queryAgeMs: times(session.queryAgeMs),
    }),
  );
  const aged = { ...snapshot, sessions };
  const plan = planRemediation(aged, policy, trigger.kind);
  return { ...record, snapshot: aged, plan, outcome: expectedOutcome(plan, trigger.kind) };
}

/** A time in the server's format. */
function serverText(ms: number): string {
  const micros = String(Math.round((ms - Math.floor(ms)) * 1_000))
    .padStart(3, '0')
    .slice(0, 3);
  return `${new Date(Math.floor(ms)).toISOString().slice(0, 23).replace('T', ' ')}${micros}+00`;
}
