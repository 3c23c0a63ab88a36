import { isOutOfReach, type RunFacts } from '../core/fleet/found-in-run.ts';
import type { Memory } from '../core/incident/memory.ts';
import type { RunRecord } from '../core/run/record.ts';

const WEEK_MS = 7 * 24 * 3_600_000;

/** Outcomes of a run that found nothing to do. */
const CALM: ReadonlySet<RunRecord['outcome']> = new Set(['healthy', 'muted', 'stale', 'off']);

/**
 * Whether `report` would do nothing about a run: it saw no trouble, and nothing that is remembered of its database waits for
 * a calm run.
 */
export function isQuietRun(
  { outcome, problem, attempts, trigger, misconfigurations }: RunRecord,
  facts: RunFacts,
  memory: Memory,
  now: number,
): boolean {
  if (!CALM.has(outcome) || problem !== null || attempts.length > 0) return false;
  // Clients were refused, and the run saw no reason: people are told.
  if (outcome === 'healthy' && trigger.kind !== 'schedule') return false;
  return isRemembered(facts, memory) && isTold(misconfigurations, memory) && !isWaiting(memory, now);
}

/** Whether memory already says what the run found. A run that did not look tells nothing new. */
function isRemembered({ failedBy, isBusy }: RunFacts, { fleet }: Memory): boolean {
  const wasBusy = (fleet?.busyAt ?? null) !== null;
  return !isOutOfReach(failedBy) && (fleet?.failures ?? 0) === 0 && (isBusy ?? wasBusy) === wasBusy;
}

function isTold(found: RunRecord['misconfigurations'], { told }: Memory): boolean {
  if (found === null) return true;
  const checks = new Set(found.map(({ check }) => String(check)));
  return checks.size === told.length && told.every((check) => checks.has(check));
}

/**
 * An open incident, a lock that was taken, or a week of observing that is due. An unsent message of another run is no reason: only
 * its own report knows what it says, and each sweep would call `report` for nothing.
 */
function isWaiting({ incident, busySince, observed }: Memory, now: number): boolean {
  const isWeekDue = observed?.toldBy === null && now - Date.parse(observed.since) >= WEEK_MS;
  return incident !== null || busySince !== null || isWeekDue;
}
