import { fingerprintOf } from './fingerprint.ts';
import type { ClosedIncident, Incident, Recurrence } from './incident.ts';

const DAY_MS = 24 * 60 * 60_000;
/** How many closed incidents are remembered. `times` is at most one more. */
export const MOST_CLOSED = 9;

/** How often there was an incident in the last 24 hours. Calendar days would split incidents at night. */
export function recurrenceOf(
  closed: readonly ClosedIncident[],
  culprit: string | null,
  now: number,
): Recurrence {
  const lately = closed.filter(({ lastRunAt }) => now - Date.parse(lastRunAt) < DAY_MS);
  const same = lately.filter((each) => culprit !== null && each.culprit === culprit);
  return { times: lately.length + 1, sameCulprit: culprit === null ? 0 : same.length + 1 };
}

/** `lastRunAt` is when the run that found it over began. */
export function addClosed(
  closed: readonly ClosedIncident[],
  { openedAt, nature }: Incident,
  lastRunAt: string,
): readonly ClosedIncident[] {
  return [...closed, { openedAt, lastRunAt, culprit: fingerprintOf(nature.culprit) }].slice(-MOST_CLOSED);
}
