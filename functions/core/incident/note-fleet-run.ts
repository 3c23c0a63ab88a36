import type { RunFacts } from '../fleet/found-in-run.ts';
import type { Memory } from './memory.ts';

type FleetMemory = NonNullable<Memory['fleet']>;

const NOTHING: FleetMemory = {
  failures: 0,
  failedAt: null,
  failedBy: null,
  busyAt: null,
  lastRunId: null,
};

/** Remembers what a run of a fleet found out about its database. A run that is reported twice counts once. */
export function noteFleetRun(memory: Memory, runId: string, facts: RunFacts, at: string): Memory {
  const before = memory.fleet ?? NOTHING;
  if (before.lastRunId === runId) return memory;
  const { failedBy, isBusy } = facts;
  const failed =
    failedBy === null
      ? { failures: 0, failedAt: null, failedBy: null }
      : { failures: before.failures + 1, failedAt: at, failedBy };
  const busyAt = isBusy === null ? before.busyAt : isBusy ? (before.busyAt ?? at) : null;
  return { ...memory, fleet: { ...failed, busyAt, lastRunId: runId } };
}
