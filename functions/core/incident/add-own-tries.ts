import type { RunSummary } from './incident.ts';
import type { Memory } from './memory.ts';

/** An alarm looks back over a few minutes. In that time at most five runs begin, by schedule and by alarm. */
const MOST = 6;

/**
 * Adds the run's own tries, and drops the oldest when there are too many. A run that is reported twice is
 * counted once, by its start.
 */
export function addOwnTries(memory: Memory, { ownTries }: Pick<RunSummary, 'ownTries'>): Memory {
  if (!ownTries || memory.ownTries.some(({ from }) => from === ownTries.from)) return memory;
  const all = [...memory.ownTries, ownTries].toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from));
  return { ...memory, ownTries: all.slice(-MOST) };
}
