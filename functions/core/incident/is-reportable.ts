import type { Outcome } from '../run/outcome.ts';
import type { RunRecord } from '../run/record.ts';
import { isStuck } from '../run/run-lock.ts';
import { isRefusal, type TriggerKind } from '../trigger/trigger.ts';
import { OUTCOME_TABLE } from './outcome-table.ts';

/**
 * Whether a run is reported when nothing is remembered about earlier runs. People are not woken for a run
 * that found or did nothing. They are told of a refusal that no run looked into, and of a lock that is never
 * released.
 */
export function isReportable({
  outcome,
  trigger,
  lock = null,
}: {
  readonly outcome: Outcome;
  readonly trigger: { readonly kind: TriggerKind };
  readonly lock?: RunRecord['lock'];
}): boolean {
  const { notify } = OUTCOME_TABLE[outcome];
  if (notify === 'always' || isStuck({ outcome, lock })) return true;
  return notify === 'after a refusal' && isRefusal(trigger.kind);
}

/**
 * Whether the record of a run is kept. It is when the run acted, would have acted, failed, or has something
 * to explain.
 */
export function isWorthKeeping(
  record: Pick<RunRecord, 'outcome' | 'attempts'> & Partial<Pick<RunRecord, 'lock'>>,
): boolean {
  return record.attempts.length > 0 || OUTCOME_TABLE[record.outcome].keep || isStuck(record);
}
