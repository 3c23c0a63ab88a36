import { LONGEST_RUN_MS } from '../run/run-lock.ts';
import type { RunSummary } from './incident.ts';
import type { Memory } from './memory.ts';
import { OUTCOME_TABLE } from './outcome-table.ts';

/** A run is busy where another one is at work. Once in a while that is what the lock is for; for long it is an incident. */

export function noteBusyRun(memory: Memory, { outcome, startedAt }: RunSummary): Memory {
  // A run that ended before it wanted the lock tells nothing about it.
  if (!OUTCOME_TABLE[outcome].wantsLock) return memory;
  const busySince = outcome === 'busy' ? earliest(memory.busySince, startedAt) : null;
  return busySince === memory.busySince ? memory : { ...memory, busySince };
}

/** No run takes this long, so that no single run can have been in the way of both the first and this one. */
export function isBusyForLong({ busySince }: Memory, { outcome, startedAt }: RunSummary): boolean {
  if (outcome !== 'busy' || busySince === null) return false;
  return Date.parse(startedAt) - Date.parse(busySince) > LONGEST_RUN_MS;
}

function earliest(before: string | null, startedAt: string): string {
  return before !== null && Date.parse(before) <= Date.parse(startedAt) ? before : startedAt;
}
