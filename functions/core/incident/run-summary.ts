import type { Diagnosis } from '../diagnosis/cause.ts';
import type { Mode } from '../policy/mode.ts';
import type { RunHead } from '../run/run-head.ts';
import { isStuck } from '../run/run-lock.ts';
import { isRefusal } from '../trigger/trigger.ts';
import type { RunSummary } from './incident.ts';

/**
 * The cause and the culprit. Both are null when they cannot be told. That is no news for an incident whose
 * cause is known.
 */
export function causeIn(diagnosis: Diagnosis | null): Pick<RunSummary, 'cause' | 'culprit'> {
  if (diagnosis === null) return { cause: null, culprit: null };
  const { cause, culprits } = diagnosis;
  return { cause: cause === 'unclear' ? null : cause, culprit: culprits[0]?.usage.group ?? null };
}

/** For a run whose record is missing or cannot be read. It counts as a run that failed while acting. */
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
/** What a run means for the incident of its server, before its cause is known. */
export function summaryOfHead(
  run: Pick<RunSummary, 'runId' | 'outcome' | 'mode'>,
  {
    startedAt,
    heedsPause,
    need,
    ended,
    retaken,
    ownTries = null,
    trigger,
    lock = null,
    chosen,
    groups,
  }: RunHead,
): RunSummary {
  const { runId, outcome, mode } = run;
  return {
    ...{ runId, startedAt, outcome, mode, cause: null, culprit: null },
    ...{ refused: isRefusal(trigger), heedsPause, need, ended, retaken, ownTries },
    isStuck: isStuck({ outcome, lock }),
    planned: { chosen, groups },
  };
}
