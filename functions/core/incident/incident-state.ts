import { fingerprintOf } from './fingerprint.ts';
import {
  INCIDENT_STATES,
  type Incident,
  type IncidentState,
  type Nature,
  type Notified,
  type RunSummary,
} from './incident.ts';
import { meaningOf } from './outcome-table.ts';

const MINUTE = 60_000;

/** While an incident lasts people hear of it this often, and of one and the same nature not more often. */
export const REMIND_AFTER_MS = 30 * MINUTE;
/** Another cause or culprit can wait this long: with several in turn each run would be news. */
const CALM_MS = 10 * MINUTE;
/** The natures of half an hour: one for each standing, and a few culprits. */
const MOST_NOTIFIED = 8;

/**
 * How a run leaves its server: `calm` when it looked and found no pressure, null when it did not look. Who only observes
 * relieves nobody. A run that found another one at work after a refusal knows as little as one that found no reason for it;
 * where the lock is held for longer than a run can take, no run can look.
 */
export function incidentStateOf(
  run: Pick<RunSummary, 'outcome' | 'mode' | 'refused' | 'isStuck'>,
): IncidentState | 'calm' | null {
  const { outcome, mode, refused, isStuck = false } = run;
  if (outcome !== 'busy') return meaningOf(outcome, mode).state;
  if (isStuck) return 'unseen';
  return refused ? 'unexplained' : null;
}

export function isWorse(standing: IncidentState, than: IncidentState): boolean {
  return INCIDENT_STATES.indexOf(standing) > INCIDENT_STATES.indexOf(than);
}

export function notifiedAs(standing: IncidentState, { cause, culprit }: Nature, at: string): Notified {
  return { at, standing, cause, culprit: fingerprintOf(culprit) };
}

/** Adds the newest notification, and drops those that are too old to matter. */
export function addNotified(told: readonly Notified[], now: Notified): readonly Notified[] {
  const recent = told.filter(({ at }) => Date.parse(now.at) - Date.parse(at) < REMIND_AFTER_MS);
  return [...recent, now].slice(-MOST_NOTIFIED);
}

/**
 * What is new in a nature to people who were told of an incident before, or null. A refusal without a reason is none
 * while the incident is open, and what gets worse always is. Everything else is told once in half an hour, so that what
 * changes back and forth does not flood.
 */
export function changeSince(incident: Incident, now: Notified): 'standing' | 'cause' | 'culprit' | null {
  const last = incident.told.at(-1);
  if (last === undefined) return 'standing';
  if (now.standing === 'unexplained') return null;
  if (isWorse(now.standing, last.standing)) return 'standing';
  const recent = incident.told.filter(({ at }) => sinceMs(at, now) < REMIND_AFTER_MS);
  if (now.standing !== last.standing)
    return recent.some(({ standing }) => standing === now.standing) ? null : 'standing';
  if (sinceMs(incident.toldAt, now) < CALM_MS) return null;
  const same = [...recent, last].filter(({ standing }) => standing === now.standing);
  if (now.culprit !== null && !same.some(({ culprit }) => culprit === now.culprit)) return 'culprit';
  return now.cause !== null && !same.some(({ cause }) => cause === now.cause) ? 'cause' : null;
}

function sinceMs(at: string, now: Notified): number {
  return Date.parse(now.at) - Date.parse(at);
}
