import { fingerprintOf } from './fingerprint.ts';
import type { Incident, IncidentState, Nature, Notified, RunSummary } from './incident.ts';
import { INCIDENT_STATES } from './memory-schema.ts';
import { meaningOf } from './outcome-table.ts';

const MINUTE = 60_000;

/** While an incident lasts, people are reminded this often. The same nature is not reported more often. */
export const REMIND_AFTER_MS = 30 * MINUTE;
/**
 * Another cause or culprit is not reported before this time has passed. Otherwise several causes in turn
 * would make each run a message.
 */
const CALM_MS = 10 * MINUTE;
/** The natures of half an hour: one for each state, and a few culprits. */
const MOST_NOTIFIED = 8;

/**
 * The state in which a run leaves its server: `calm` when it looked and found no pressure, null when it did
 * not look. An observing run relieves nothing. After a refusal, a run that found the lock taken counts as one
 * that found no reason. If the lock has been held for longer than a run can last, no run can look.
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
 * What is new about an incident for people who know its earlier natures, or null. While the incident is open,
 * a refusal without a reason is never news, and a worse state always is. All other changes are reported once
 * in half an hour, so that a nature that changes back and forth does not cause a flood of messages.
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
