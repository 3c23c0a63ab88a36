import type { RunSummary } from './incident.ts';
import type { Memory } from './memory.ts';

/** An alarm looks back over minutes: this many runs, sweeps and alarms together, are more than began in that time. */
const MOST = 6;

/** The oldest goes where they get too many. A run that is reported again is counted once, by when it began. */
export function addOwnTries(memory: Memory, { ownTries }: Pick<RunSummary, 'ownTries'>): Memory {
  if (!ownTries || memory.ownTries.some(({ from }) => from === ownTries.from)) return memory;
  const all = [...memory.ownTries, ownTries].toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from));
  return { ...memory, ownTries: all.slice(-MOST) };
}
