import type { VictimReason } from '../plan/plan.ts';
import { identityOf, type Session } from '../server/session.ts';
import type { AttemptResult, RunRecord } from './record.ts';

/**
 * One session that a run told to end, or would have ended. Without a reason it replaced an attempt that had
 * no effect. Without a result it was not tried.
 */
export type Termination = {
  readonly session: Session;
  readonly reason: VictimReason | null;
  readonly result: AttemptResult | null;
  /** The connection broke before the server answered. */
  readonly unanswered: boolean;
};

/**
 * Whether no session was to be ended, whatever the plan says: the policy only observes, or runs are paused.
 */
export function isHypothetical({ mode, outcome }: Pick<RunRecord, 'mode' | 'outcome'>): boolean {
  return mode !== 'enforce' || outcome === 'paused';
}

export function terminationsOf(record: RunRecord): readonly Termination[] {
  return isHypothetical(record) ? planned(record) : attempted(record);
}

/**
 * A session that was told to end will end sooner or later. A session for which that is not known has ended
 * only if it is gone.
 */
export function mayHaveEnded({ result, unanswered }: Termination): boolean {
  return result === null || (unanswered ? UNANSWERED : ANSWERED).has(result);
}

const ANSWERED: ReadonlySet<AttemptResult> = new Set(['terminated', 'still-there', 'unknown']);
const UNANSWERED: ReadonlySet<AttemptResult> = new Set(['gone', 'unknown']);

function planned({ plan }: RunRecord): readonly Termination[] {
  return (plan?.victims ?? []).map((victim) => ({ ...victim, result: null, unanswered: false }));
}

/** Later rounds end sessions that the first plan spared, so they are looked up in the snapshot. */
function attempted({ snapshot, plan, attempts }: RunRecord): readonly Termination[] {
  const reasons = new Map(plan?.victims.map(({ session, reason }) => [identityOf(session), reason]));
  const sessions = new Map(snapshot?.sessions.map((session) => [identityOf(session), session]));
  return attempts.flatMap((attempt): readonly Termination[] => {
    const session = sessions.get(identityOf(attempt));
    const reason = reasons.get(identityOf(attempt)) ?? null;
    const { result, guard } = attempt;
    return session === undefined ? [] : [{ session, reason, result, unanswered: guard === 'unknown' }];
  });
}
