import { cleanName } from '../../core/base/clean-text.ts';
import { counted } from '../../core/base/words.ts';
import { LADDER, type LadderPlace } from '../../core/fleet/ladder.ts';
import { nextStep } from '../../core/fleet/next-command.ts';
import type { SeenCell } from '../../core/fleet/seen-cell.ts';
import type { Mode } from '../../core/policy/mode.ts';
import { ladderSentence, STEP_WORDS } from '../base/ladder-words.ts';
import { sections, wrap } from '../base/layout.ts';
import { timeText } from '../base/phrases.ts';
import type { Paint } from './paint.ts';
import type { Screen } from './screen.ts';
import { type Heading, textTable } from './text-table.ts';

const HEADINGS: readonly Heading[] = [
  { title: 'database', align: 'left', most: 40, least: 12 },
  { title: 'tag', align: 'left', least: 7 },
  { title: 'runs', align: 'left', least: 7 },
  { title: 'waits for', align: 'left', most: 32, least: 12 },
  { title: 'owner', align: 'left', isSpare: true },
  { title: 'started by', align: 'left', isSpare: true },
];

/** Databases, one a line. */
export function renderFleetList(places: readonly LadderPlace[], paint: Paint, { columns }: Screen): string {
  const rows = places.map((place) => [
    cleanName(place.seen.database.name),
    place.seen.database.tag,
    doesNow(place),
    waitsFor(place),
    place.seen.database.owner === null ? '' : cleanName(place.seen.database.owner),
    place.seen.database.rung,
  ]);
  const title = paint('title', counted(places.length, 'database'));
  return [title, ...textTable(HEADINGS, rows, paint, columns)].join('\n');
}

/** One database: which steps it has, what limits its mode, and what to do next. */
export function renderFleetWhy({ region }: SeenCell, place: LadderPlace, paint: Paint): string {
  const { seen, aside, next, reached, lacking } = place;
  const { database, mode, attention } = seen;
  const name = cleanName(database.name);
  const gaps = [...(next === null ? [] : [next]), ...lacking];
  const steps = LADDER.map((step) => {
    const mark = reached.includes(step) ? '✓' : gaps.some((gap) => gap.step === step) ? '✗' : '·';
    return `  ${mark} ${STEP_WORDS[step]}`;
  });
  const facts = [
    `${cleanName(database.key)}, ${database.engine} ${database.engineVersion}, ${cleanName(database.host ?? 'no address')}`,
    `Tag ${database.tag}, policy ${cleanName(database.policy ?? 'default')}${database.owner === null ? '' : `, owner ${cleanName(database.owner)}`}, seen ${timeText(database.lastSeen)}.`,
    ...(attention.failures === 0
      ? []
      : [`${counted(attention.failures, 'run')} in a row failed, by ${attention.failedBy ?? 'an error'}.`]),
  ];
  return [
    paint('title', `${name} ${titleOf(place)}.`),
    sections([
      { title: 'FACTS', lines: facts.flatMap((text) => wrap(text)) },
      { title: 'LADDER', lines: aside === null ? steps : [] },
      {
        title: 'WHY',
        lines: mode.limits.flatMap(({ source, why }) => wrap(`${source}: ${ladderSentence(why)}.`, 4, '- ')),
      },
      { title: 'NEXT', lines: gaps.flatMap((gap) => gapLines(place, gap, region)) },
    ]),
  ].join('\n\n');
}

/** What runs do on a database: nothing while they do not get in. */
function doesNow({ seen: { mode }, reached }: LadderPlace): Mode {
  if (!reached.includes('observing')) return 'off';
  return mode.maySignal ? 'enforce' : 'observe';
}

function waitsFor({ aside, next }: LadderPlace): string {
  if (aside !== null) return cleanName(aside);
  return next === null ? '' : STEP_WORDS[next.step];
}

function titleOf(place: LadderPlace): string {
  const { aside, next } = place;
  if (aside !== null) return `is aside: ${cleanName(aside, 100)}`;
  const does = doesNow(place);
  if (does === 'off') return `is not looked after: it waits at ${STEP_WORDS[next?.step ?? 'tagged']}`;
  return does === 'enforce'
    ? 'is looked after: its sessions may end'
    : 'is observed: none of its sessions ends';
}

function gapLines(place: LadderPlace, { problem }: LadderPlace['lacking'][number], region: string) {
  const { says, command } = nextStep(place, problem, region);
  return [...wrap(`It ${ladderSentence(says)}.`, 4, '- '), ...(command === null ? [] : [`      ${command}`])];
}
