import type { Diagnosis } from './diagnosis.ts';
import type { Explained } from './explain.ts';
import type { RunSummary } from './incident.ts';
import type { Mode } from './policy.ts';
import { headOf, summaryOfHead } from './run-head.ts';

/** A run's part in the incident of its server. */
export function summaryOf({ record, diagnosis }: Explained): RunSummary {
  return { ...summaryOfHead(record, headOf(record)), ...causeIn(diagnosis) };
}

/** Why, and who is behind it; null where nobody can tell, which is no news of an incident whose cause was known. */
export function causeIn(diagnosis: Diagnosis | null): Pick<RunSummary, 'cause' | 'culprit'> {
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
