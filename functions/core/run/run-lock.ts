import type { LockHolder } from './lock-sight.ts';
import type { RunRecord } from './record.ts';

/** "pghr" in ASCII: the class of our locks. Earlier versions had a single lock with this key. */
export const LOCK_CLASS = 1885825138;

/** No run lasts longer, because this is the function's timeout. A run opens its session after it began. */
export const LONGEST_RUN_MS = 60_000;

/** A run that has held the lock for longer than a run can last, or null. No other run acts until it ends. */
export function stuckHolder({ lock }: Partial<Pick<RunRecord, 'lock'>>): LockHolder | null {
  return (
    lock?.holders.find(({ isRun, openMs }) => isRun && openMs !== null && openMs > LONGEST_RUN_MS) ?? null
  );
}

/** Whether a run could not act because another one has held the lock for longer than a run can last. */
export function isStuck({
  outcome,
  lock,
}: Pick<RunRecord, 'outcome'> & Partial<Pick<RunRecord, 'lock'>>): boolean {
  return outcome === 'busy' && stuckHolder({ lock: lock ?? null }) !== null;
}
