import { MOST_RUNS_WITH_TRIES } from '../run/own-tries.ts';
import { pauseAt } from '../run/pause.ts';
import { BREAKER, breakerPause } from './breaker.ts';
import { isBusyForLong, noteBusyRun } from './busy-runs.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Incident, IncidentState, Nature, RunSummary, Story } from './incident.ts';
import {
  addNotified,
  changeSince,
  incidentStateOf,
  isWorse,
  notifiedAs,
  REMIND_AFTER_MS,
} from './incident-state.ts';
import type { Memory } from './memory.ts';
import { addRun } from './recent-runs.ts';
import { addClosed, recurrenceOf } from './recurrence.ts';
import { clipped, storyOf } from './story.ts';

/**
 * An incident is over after this many runs in a row without pressure: a quarter of an hour with the default
 * schedule.
 */
const HEALTHY_RUNS = 3;
/**
 * An incident is also over after this time without a refusal and without pressure. This is checked at the
 * next run.
 */
const QUIET_MS = 60 * 60_000;

/** `isTold` says whether people get a message. It has a story when it is about an incident. */
export type Followed = { readonly memory: Memory; readonly isTold: boolean; readonly story: Story | null };
type Life = Pick<Followed, 'memory' | 'story'>;

/**
 * What a run does to the incident of its server, and what people are told. A run that is reported twice
 * changes nothing the second time. A run that began before others that were already reported is counted, but
 * does not change the state back. `now` is in milliseconds since the epoch.
 */
export function followIncident(memory: Memory, run: RunSummary, now: number): Followed {
  if (memory.runs.some(({ id }) => id === run.runId)) return { memory, isTold: false, story: null };
  const lifted = addOwnTries(pauseAt(memory.paused, now) === null ? withoutPause(memory) : memory, run);
  const waited = noteBusyRun(lifted, run);
  const isStuck = run.isStuck === true || isBusyForLong(waited, run);
  const life = afterRun(waited, { ...run, isStuck, culprit: clipped(run.culprit) }, now);
  // Ending sessions only for their age is no incident, but people are told each time which clients lost them.
  return { ...life, isTold: life.story !== null || run.outcome === 'reaped' };
}

function afterRun(memory: Memory, run: RunSummary, now: number): Life {
  const standing = incidentStateOf(run);
  if (standing !== null && standing !== 'calm') return afterTrouble(memory, run, standing, now);
  if (memory.incident !== null) return afterCalm(memory, memory.incident, run, standing === 'calm', now);
  const runs = run.outcome === 'reaped' ? addRun(memory.runs, run) : memory.runs;
  return { memory: runs === memory.runs ? memory : { ...memory, runs }, story: null };
}

function withoutPause(memory: Memory): Memory {
  return memory.paused === null ? memory : { ...memory, paused: null };
}

/** A run that found no pressure, or took no snapshot: the incident may be over. */
function afterCalm(memory: Memory, incident: Incident, run: RunSummary, looked: boolean, now: number): Life {
  const runs = addRun(memory.runs, run);
  const healthy = runs.filter(({ need, at }) => need === 0 && isAfter(at, incident.lastTroubleAt)).length;
  const isQuiet = msBetween(incident.lastTroubleAt, run.startedAt) >= QUIET_MS;
  const because = looked && healthy >= HEALTHY_RUNS ? 'healthy' : isQuiet ? 'quiet' : null;
  if (because !== null) return close({ ...memory, runs }, incident, run, because, now);
  if (!looked) return { memory, story: null };
  const lastRunAt = later(incident.lastRunAt, run.startedAt);
  return { memory: { ...memory, runs, incident: { ...incident, lastRunAt } }, story: null };
}

/**
 * The reason for the breaker is gone, so that its pause ends with the incident. Pauses that people set stay.
 */
function close(
  memory: Memory,
  incident: Incident,
  run: RunSummary,
  because: NonNullable<Story['because']>,
  now: number,
): Life {
  const breaker = memory.paused?.by === BREAKER ? memory.paused : null;
  const over = {
    ...memory,
    incident: null,
    closed: addClosed(memory.closed, incident, run.startedAt),
    paused: breaker === null ? memory.paused : null,
  };
  return { memory: over, story: storyOf('over', incident, now, { because, breaker }) };
}

function afterTrouble(memory: Memory, run: RunSummary, standing: IncidentState, now: number): Life {
  const { incident, closed } = memory;
  const runs = addRun(memory.runs, run);
  const last = closed.at(-1);
  // The run began before the one that closed the incident, so that it belongs to that incident.
  if (last !== undefined && !isAfter(run.startedAt, last.lastRunAt))
    return { memory: { ...memory, runs }, story: null };
  const known = { ...memory, runs };
  if (incident === null) return withBreaker(open(known, run, standing, now, null), run, now);
  if (isLongOver(incident, run)) {
    const forgotten = { ...known, closed: addClosed(closed, incident, incident.lastTroubleAt) };
    return withBreaker(open(forgotten, run, standing, now, incident.openedAt), run, now);
  }
  return withBreaker(goOn(known, incident, run, standing, now), run, now);
}

/**
 * No run has looked since, and the last state was not pressure. An incident that was left unresolved stays
 * open.
 */
function isLongOver({ lastTroubleAt, nature, told }: Incident, { startedAt }: RunSummary): boolean {
  const isStuck = told.at(-1)?.standing === 'unseen';
  const standing = incidentStateOf({ ...nature, refused: true, isStuck });
  const isLeft = standing !== null && standing !== 'calm' && isWorse(standing, 'relieved');
  return !isLeft && msBetween(lastTroubleAt, startedAt) >= QUIET_MS;
}

function open(
  memory: Memory,
  run: RunSummary,
  standing: IncidentState,
  now: number,
  before: string | null,
): Life {
  const at = isoOf(now);
  const incident: Incident = {
    id: run.runId,
    openedAt: run.startedAt,
    lastRunAt: run.startedAt,
    lastTroubleAt: run.startedAt,
    nature: natureOf(run),
    runs: 1,
    ended: run.ended,
    recurrence: recurrenceOf(memory.closed, fingerprintOf(run.culprit), now),
    toldAt: at,
    told: [notifiedAs(standing, run, at)],
  };
  return { memory: { ...memory, incident }, story: storyOf('opened', incident, now, { before }) };
}

function goOn(memory: Memory, before: Incident, run: RunSummary, standing: IncidentState, now: number): Life {
  const isNewest = !isAfter(before.lastRunAt, run.startedAt);
  // Among several events at once, the run that acted may be reported after the runs that no longer saw a
  // reason.
  const isKnown = before.told.some((told) => told.standing !== 'unexplained');
  const explains = standing !== 'unexplained' && !isKnown;
  const counts = standing !== 'unexplained' || !isKnown;
  const incident: Incident = {
    ...before,
    openedAt: earlier(before.openedAt, run.startedAt),
    lastRunAt: later(before.lastRunAt, run.startedAt),
    lastTroubleAt: later(before.lastTroubleAt, run.startedAt),
    nature: (isNewest && counts) || explains ? natureOf(run) : before.nature,
    runs: before.runs + 1,
    ended: before.ended + run.ended,
  };
  const told = notifiedAs(standing, run, isoOf(now));
  const change = isNewest || explains ? changeSince(before, told) : null;
  const isDue = isNewest && now - Date.parse(before.toldAt) >= REMIND_AFTER_MS;
  if (change === null && !isDue) return { memory: { ...memory, incident }, story: null };
  const knowing = {
    ...incident,
    toldAt: told.at,
    told: counts ? addNotified(before.told, told) : before.told,
  };
  const story = storyOf(change === null ? 'reminder' : 'changed', knowing, now, { change });
  return { memory: { ...memory, incident: knowing }, story };
}

/** When the breaker trips, people are told in any case. */
function withBreaker({ memory, story }: Life, { heedsPause }: RunSummary, now: number): Life {
  const { incident } = memory;
  const pause = heedsPause ? breakerPause(memory, now) : null;
  if (pause === null || incident === null) return { memory, story };
  const told = addNotified(incident.told, notifiedAs('paused', incident.nature, pause.at));
  const knowing = { ...incident, toldAt: pause.at, told };
  const paused = { ...memory, incident: knowing, paused: pause, trippedAt: pause.at };
  const kind = story?.kind === 'opened' ? 'opened' : 'changed';
  const change = kind === 'opened' ? null : 'breaker';
  const before = story?.before ?? null;
  return { memory: paused, story: storyOf(kind, knowing, now, { breaker: pause, change, before }) };
}

function natureOf({ outcome, mode, cause, culprit }: RunSummary): Nature {
  return { outcome, mode, cause, culprit };
}

const isoOf = (ms: number) => new Date(ms).toISOString();
const msBetween = (from: string, to: string) => Date.parse(to) - Date.parse(from);
const isAfter = (one: string, other: string) => msBetween(other, one) > 0;
const later = (one: string, other: string) => (isAfter(one, other) ? one : other);
const earlier = (one: string, other: string) => (isAfter(one, other) ? other : one);

/** Adds the run's own tries, and drops the oldest. A run that is reported twice is counted once, by its start. */
function addOwnTries(memory: Memory, { ownTries }: RunSummary): Memory {
  if (!ownTries || memory.ownTries.some(({ from }) => from === ownTries.from)) return memory;
  const all = [...memory.ownTries, ownTries].toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from));
  return { ...memory, ownTries: all.slice(-MOST_RUNS_WITH_TRIES) };
}
