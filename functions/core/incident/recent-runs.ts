import { fingerprintOf } from './fingerprint.ts';
import type { RecentRun, RunSummary } from './incident.ts';

/** As many as an hour of sweeps makes, and some alarms. */
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
 * By when they began, whenever they are reported. Where they get too many, the oldest goes that ended nobody, but none of
 * the newest half: fifty events at once must not make the breaker forget, and healthy runs must be seen to be in a row.
 */
export function addRun(runs: readonly RecentRun[], run: RunSummary): readonly RecentRun[] {
  const all = [...runs, recentRunOf(run)].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  if (all.length <= MOST_RUNS) return all;
  const idle = all.slice(0, MOST_RUNS / 2).findIndex(({ ended }) => ended === 0);
  return all.toSpliced(Math.max(0, idle), 1);
}
