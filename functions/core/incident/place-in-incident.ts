import type { Incident, RecentRun } from './incident.ts';
import type { Memory } from './memory.ts';
import { OUTCOME_TABLE } from './outcome-table.ts';

/** Where a run stands in the incident of its server. */
export type PlaceInIncident = {
  readonly incident: Pick<Incident, 'id' | 'openedAt' | 'runs' | 'ended'>;
  /** The runs of the incident that began before this one and are remembered, the oldest first. */
  readonly earlier: readonly RunBefore[];
};

export type RunBefore = Pick<RecentRun, 'id' | 'at' | 'outcome' | 'ended'> & { readonly hasPage: boolean };

/**
 * Null when the run belongs to no open incident, and `closed` when it found that the incident of its server is
 * over.
 */
export function placeInIncident(
  { incident, runs, closed }: Memory,
  { runId, startedAt }: { readonly runId: string; readonly startedAt: string },
): PlaceInIncident | 'closed' | null {
  if (incident === null) return closed.at(-1)?.lastRunAt === startedAt ? 'closed' : null;
  const { id, openedAt, runs: count, ended } = incident;
  const isEarlier = (run: RecentRun) =>
    run.id !== runId &&
    Date.parse(run.at) >= Date.parse(openedAt) &&
    Date.parse(run.at) <= Date.parse(startedAt);
  const earlier = runs.filter(isEarlier).map((run) => ({
    id: run.id,
    at: run.at,
    outcome: run.outcome,
    ended: run.ended,
    hasPage: hasPage(run),
  }));
  return { incident: { id, openedAt, runs: count, ended }, earlier };
}

/** Whether a remembered run surely has a page. A run that broke off may have failed before its record was made. */
function hasPage({ outcome, ended, need }: RecentRun): boolean {
  if (outcome === 'failed' && need === null) return false;
  return ended > 0 || OUTCOME_TABLE[outcome].keep;
}
