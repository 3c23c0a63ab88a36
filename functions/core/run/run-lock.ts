import type { LockHolder } from './lock-sight.ts';
import type { RunRecord } from './record.ts';

/** No run lasts longer: it is the function's timeout, and a run's session is opened after the run began. */
export const LONGEST_RUN_MS = 60_000;

/** A run that holds the lock for longer than a run can take, or null: until it ends, no other run acts. */
export function stuckHolder({ lock }: Partial<Pick<RunRecord, 'lock'>>): LockHolder | null {
  return (
    lock?.holders.find(({ isRun, openMs }) => isRun && openMs !== null && openMs > LONGEST_RUN_MS) ?? null
  );
}

/** A run that could not act because another one holds the lock for longer than a run can take. */
export function isStuck({
  outcome,
  lock,
}: Pick<RunRecord, 'outcome'> & Partial<Pick<RunRecord, 'lock'>>): boolean {
  return outcome === 'busy' && stuckHolder({ lock: lock ?? null }) !== null;
}
