import { fingerprintOf } from './fingerprint.ts';
import type { RecentRun, RunSummary } from './incident.ts';

/** As many runs as the schedule and some alarms cause in an hour. */
const MOST_RUNS = 14;

function recentRunOf(run: RunSummary): RecentRun {
  const { runId, startedAt, outcome, cause, culprit, need, ended, retaken } = run;
  return {
    id: runId,
    at: startedAt,
    outcome,
    cause,
    culprit: fingerprintOf(culprit),
    need,
    ended,
    retaken,
  };
}

/**
 * Adds a run in the order of their starts, whenever they are reported. When there are too many, the oldest
 * run that ended no session goes, but none of the newest half. Fifty events at once must not make the breaker
 * forget runs, and healthy runs in a row must stay visible.
 */
export function addRun(runs: readonly RecentRun[], run: RunSummary): readonly RecentRun[] {
  const all = [...runs, recentRunOf(run)].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  if (all.length <= MOST_RUNS) return all;
  const idle = all.slice(0, MOST_RUNS / 2).findIndex(({ ended }) => ended === 0);
  return all.toSpliced(Math.max(0, idle), 1);
}
