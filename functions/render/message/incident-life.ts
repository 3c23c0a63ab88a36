import type { Recurrence, Story } from '../../core/incident/incident.ts';
import { MOST_CLOSED } from '../../core/incident/recurrence.ts';
import { CAUSE_WORDS } from '../base/cause-words.ts';
import { ageText, counted, groupName, timeText } from '../base/phrases.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * `03:15 UTC`, with the day when it is a day or more away from `now`. Midnight alone adds no day: an hour's
 * pause at 23:30 reads as one at noon does, and a subject keeps its room for the cause.
 */
export function clockText(iso: string, now: string): string {
  const text = timeText(iso);
  return Math.abs(Date.parse(iso) - Date.parse(now)) < DAY_MS ? `${text.slice(11, 16)} UTC` : text;
}

/** What a subject says about the incident, beside the run. */
export function lifeWords(story: Story | null): readonly string[] {
  if (story === null) return [];
  if (story.breaker === null || story.kind === 'over') return kindWords(story);
  return [`${counted(story.incident.ended, 'session')} ended without lasting effect`];
}

/** `until 04:15 UTC` when the breaker paused the runs in this run, `until resumed` when it has no end. */
export function pausedUntil(story: Story | null): string | null {
  if (story === null || story.breaker === null || story.kind === 'over') return null;
  const { until } = story.breaker;
  return until === null ? 'until resumed' : `until ${clockText(until, story.at)}`;
}

function kindWords(story: Story): readonly string[] {
  const { kind, recurrence } = story;
  switch (kind) {
    case 'opened':
      return recurrence.times > 1 ? [`${ordinal(recurrence.times)} time in 24 h`] : [];
    case 'changed':
      return ['changed'];
    case 'reminder':
      return [`still open after ${openDurationText(story)}`];
    case 'over':
      return ['over'];
    default: {
      const never: never = kind;
      return never;
    }
  }
}

/**
 * Since when the incident lasts, its size, and how often there was one lately, as sentences. Empty when the
 * run itself is the whole incident.
 */
export function lifeTexts(story: Story | null): readonly string[] {
  if (story === null) return [];
  const { at, before, incident } = story;
  const earlier =
    before === null ? [] : [`The incident before it, open since ${clockText(before, at)}, is over.`];
  const isFirst = story.kind === 'opened' && incident.runs === 1;
  return [changeText(story), isFirst ? '' : sinceText(story), recurrenceText(story), ...earlier].filter(
    (text) => text !== '',
  );
}

/** What the place of a run in its incident does not show: what has changed, and how often it came. */
export function lifeOnPage(story: Story | null): string {
  return story === null
    ? ''
    : [changeText(story), recurrenceText(story)].filter((text) => text !== '').join(' ');
}

const CHANGED = 'Changed since the last message';

function changeText({ change, incident: { cause, culprit } }: Story): string {
  switch (change) {
    case 'standing':
      return `${CHANGED}.`;
    case 'cause':
      return cause === null || cause === 'unclear'
        ? `${CHANGED}: the cause is no longer clear.`
        : `${CHANGED}: the cause is now ${CAUSE_WORDS[cause]}.`;
    case 'culprit':
      return culprit === null
        ? `${CHANGED}: no program stands out any more.`
        : `${CHANGED}: most slots are now held by ${groupName(culprit)}.`;
    case 'breaker':
    case null:
      return '';
    default: {
      const never: never = change;
      return never;
    }
  }
}

function sinceText({ kind, at, incident }: Story): string {
  const { openedAt, runs, ended } = incident;
  const since = `since ${clockText(openedAt, at)}`;
  const what = `${counted(runs, 'run')}${ended === 0 ? '' : `, ${counted(ended, 'session')} ended`}`;
  return kind === 'over' ? `The incident open ${since} is over: ${what}.` : `Open ${since}: ${what}.`;
}

/** `Third time in 24 hours, same culprit each time.` */
export function recurrenceText({ recurrence }: Story): string {
  const { times } = recurrence;
  if (times === 1) return '';
  const word = ORDINALS[times - 1] ?? ordinal(times);
  return `${word} time${orMore(recurrence)} in 24 hours${culpritText(recurrence)}.`;
}

function culpritText({ times, sameCulprit }: Recurrence): string {
  if (sameCulprit === times) return ', same culprit each time';
  return sameCulprit > 1 ? `, ${sameCulprit} times with this culprit` : '';
}

function orMore({ times }: Recurrence): string {
  return times > MOST_CLOSED ? ' or more' : '';
}

const ORDINALS = [
  'First',
  'Second',
  'Third',
  'Fourth',
  'Fifth',
  'Sixth',
  'Seventh',
  'Eighth',
  'Ninth',
  'Tenth',
] as const;

function ordinal(count: number): string {
  return `${count}${['st', 'nd', 'rd'][count - 1] ?? 'th'}`;
}

export function openDurationText({ at, incident }: Story): string {
  return ageText(Math.max(0, Date.parse(at) - Date.parse(incident.openedAt)));
}

/** Says that runs are paused, and until when. The command to resume them follows. Empty when the breaker did not trip in this run. */
export function trippedTexts(story: Story | null): readonly string[] {
  if (story === null || story.breaker === null || story.kind === 'over') return [];
  const { breaker, at } = story;
  const why = breaker.reason ?? 'runs ended sessions without lasting effect';
  const until =
    breaker.until === null
      ? 'Runs only observe until they are resumed. To resume them:'
      : `Runs only observe until ${clockText(breaker.until, at)}, then they act again. To let them act earlier:`;
  return [`The breaker tripped: ${why}.`, until];
}
