import { LONGEST_RUN_MS } from '../run/run-lock.ts';
import type { RunSummary } from './incident.ts';
import type { Memory } from './memory.ts';
import { OUTCOME_TABLE } from './outcome-table.ts';

/**
 * A run is `busy` when another run holds the lock. That is normal now and then, but an incident when it
 * lasts.
 */

export function noteBusyRun(memory: Memory, { outcome, startedAt }: RunSummary): Memory {
  // A run that ended before it wanted the lock tells nothing about the lock.
  if (!OUTCOME_TABLE[outcome].wantsLock) return memory;
  const busySince = outcome === 'busy' ? earliest(memory.busySince, startedAt) : null;
  return busySince === memory.busySince ? memory : { ...memory, busySince };
}

/**
 * No run lasts this long, so that one and the same run cannot have been in the way of both the first busy run
 * and this one.
 */
export function isBusyForLong({ busySince }: Memory, { outcome, startedAt }: RunSummary): boolean {
  if (outcome !== 'busy' || busySince === null) return false;
  return Date.parse(startedAt) - Date.parse(busySince) > LONGEST_RUN_MS;
}

function earliest(before: string | null, startedAt: string): string {
  return before !== null && Date.parse(before) <= Date.parse(startedAt) ? before : startedAt;
}
