import { diagnose } from './diagnosis.ts';
import type { RunSummary } from './incident.ts';
import { ownTriesOf } from './own-tries.ts';
import type { Mode } from './policy.ts';
import type { RunRecord } from './record.ts';
import { isRefusal } from './trigger.ts';
import { isFreed, retakenBy } from './verification.ts';

/** A run's part in the incident of its server. */
export function summaryOf(record: RunRecord): RunSummary {
  const { runId, startedAt, outcome, mode, trigger, recall, plan, attempts, readings } = record;
  const settled = readings.findLast(({ phase }) => phase === 'settled');
  return {
    runId,
    startedAt,
    outcome,
    mode,
    ...explain(record),
    refused: isRefusal(trigger.kind),
    heedsPause: recall !== null,
    need:
      plan === null || plan.problem !== null ? null : plan.pressure.reduce((sum, { need }) => sum + need, 0),
    ended: attempts.filter(isFreed).length,
    retaken: plan !== null && settled ? retakenBy(plan, attempts, settled) : 0,
    ownTries: ownTriesOf(record),
  };
}

/** Why, and who is behind it; null where nobody can tell, which is no news of an incident whose cause was known. */
function explain(record: RunRecord): Pick<RunSummary, 'cause' | 'culprit'> {
  const diagnosis = record.outcome === 'blind' ? null : diagnose(record);
  if (diagnosis === null) return { cause: null, culprit: null };
  const { cause, culprits } = diagnosis;
  return { cause: cause === 'unclear' ? null : cause, culprit: culprits[0]?.standing.group ?? null };
}

/** Of a run that left no record, or none that can be read: it is taken for one that failed in acting. */
export function summaryWithoutRecord(runId: string, mode: Mode | null, now: number): RunSummary {
  return {
    runId,
    startedAt: new Date(now).toISOString(),
    outcome: 'failed',
    mode: mode ?? 'enforce',
    cause: null,
    culprit: null,
    refused: true,
    heedsPause: false,
    need: null,
    ended: 0,
    retaken: 0,
    ownTries: null,
  };
}
