import { cleanName } from '../../core/base/clean-text.ts';
import type { Memory } from '../../core/incident/memory.ts';
import { pauseAt } from '../../core/run/pause.ts';
import { authorName } from '../base/author-name.ts';
import { CAUSE_WORDS } from '../base/cause-words.ts';
import { type Column, row, type Section, sections, wrap } from '../base/layout.ts';
import { counted, groupName, ownerOf, timeText } from '../base/phrases.ts';

/**
 * What is remembered about a server, for people who ask between two messages. `now` is in milliseconds since
 * the epoch.
 */
export function renderMemory(server: string, memory: Memory, now: number): string {
  const name = cleanName(server);
  if (memory.version === 0) return `${name}: nothing is remembered.`;
  const { incident } = memory;
  const first =
    incident === null ? 'no incident is open' : `an incident is open since ${timeText(incident.openedAt)}`;
  const screen = sections([theIncident(memory), thePause(memory, now), theRuns(memory), theRest(memory)]);
  return [`${name}: ${first}.`, ...(screen === '' ? [] : [screen])].join('\n\n');
}

function theIncident({ incident }: Memory): Section {
  if (incident === null) return { title: 'INCIDENT', lines: [] };
  const { lastTroubleAt, toldAt, runs, ended, nature, id } = incident;
  const { culprit, cause, outcome, mode } = nature;
  const leader =
    culprit === null ? 'no program stands out' : `${groupName(culprit)} (${ownerOf(culprit)}) leads`;
  const why = cause === null ? '' : `, the cause: ${CAUSE_WORDS[cause]}`;
  const texts = [
    `${counted(runs, 'run')} saw it, ${counted(ended, 'session')} ended. Last seen ${timeText(lastTroubleAt)}: ${outcome}, mode ${mode}; ${leader}${why}.`,
    `People were last told ${timeText(toldAt)}. Run ${cleanName(id)} opened it.`,
  ];
  return { title: 'INCIDENT', lines: texts.flatMap((text) => wrap(text)) };
}

function thePause({ paused, resumed }: Memory, now: number): Section {
  if (paused === null && resumed !== undefined)
    return { title: 'RESUMED', lines: wrap(`${timeText(resumed.at)} by ${authorName(resumed.by)}.`) };
  if (paused === null) return { title: 'PAUSED', lines: [] };
  const { at, by, reason, until } = paused;
  const why = reason === null ? '' : ` ("${cleanName(reason, 200)}")`;
  const end = until === null ? 'until runs are resumed' : `until ${timeText(until)}`;
  const isOver = pauseAt(paused, now) === null ? ', but this time is over: runs act again' : '';
  return {
    title: 'PAUSED',
    lines: wrap(`Since ${timeText(at)} by ${authorName(by)}${why}, ${end}${isOver}.`),
  };
}

const COLUMNS: readonly Column[] = [
  { width: 23, align: 'left' },
  { width: 14, align: 'left' },
  { width: 7, align: 'right' },
  { width: 5, align: 'right' },
  { width: 8, align: 'right' },
];

/** The newest first. */
function theRuns({ runs }: Memory): Section {
  if (runs.length === 0) return { title: 'RECENT RUNS', lines: [] };
  const cells = runs.toReversed().map(({ at, outcome, need, ended, retaken }) => {
    const wanted = need === null ? '' : String(need);
    return [timeText(at), outcome, wanted, String(ended), String(retaken)];
  });
  const titles = ['began', 'outcome', 'to free', 'ended', 're-taken'];
  return { title: 'RECENT RUNS', lines: [titles, ...cells].map((each) => row(COLUMNS, each)) };
}

function theRest({ closed, untold, told }: Memory): Section {
  const waiting = untold.map(({ runId, taken }) => {
    const reached = taken.length === 0 ? 'no topic yet' : `${taken.join(' and ')} only`;
    return `The message about run ${cleanName(runId)} has reached ${reached}.`;
  });
  const texts = [
    ...(closed.length === 0
      ? []
      : [
          `Earlier incidents, by their start: ${closed.map(({ openedAt }) => timeText(openedAt)).join(', ')}.`,
        ]),
    ...waiting,
    ...(told.length === 0
      ? []
      : [`Misconfigurations that people were told: ${told.map((each) => cleanName(each)).join(', ')}.`]),
  ];
  return { title: 'ALSO REMEMBERED', lines: texts.flatMap((text) => wrap(text)) };
}
