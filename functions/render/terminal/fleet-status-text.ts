import { counted, listText } from '../../core/base/words.ts';
import { proveCommand, unprovenText } from '../../core/fleet/cell-proof.ts';
import { type LadderPlace, type LadderProblem, type LadderRow, ladderRows } from '../../core/fleet/ladder.ts';
import { nextStep } from '../../core/fleet/next-command.ts';
import type { SeenCell } from '../../core/fleet/seen-cell.ts';
import { databaseName, driftTexts, proofWords, switchTexts } from '../base/cell-words.ts';
import { ladderSentence, STEP_WORDS } from '../base/ladder-words.ts';
import { type Section, sections, wrap } from '../base/layout.ts';
import type { Paint } from './paint.ts';
import type { Screen } from './screen.ts';
import { textTable } from './text-table.ts';

const MOST_LINES = 8;

/** A cell for people: how far its databases are, what to do next, and what is not as it was declared. */
export function renderFleetStatus(view: SeenCell, paint: Paint, screen: Screen): string {
  const onLadder = view.places.filter(({ aside }) => aside === null);
  const rows = ladderRows(onLadder);
  const all: readonly Section[] = [
    { title: 'PROOF', lines: onLadder.length === 0 ? [] : proofLines(view) },
    { title: 'SWITCHES', lines: switchTexts(view).flatMap((text) => wrap(text)) },
    { title: 'LADDER', lines: onLadder.length === 0 ? [] : ladderTable(rows, paint, screen) },
    { title: 'NEXT', lines: rows.flatMap((row) => nextLines(row, view.region)) },
    { title: 'DRIFT', lines: driftLines(view) },
  ];
  const painted = all.map(({ title, lines }) => ({ title: paint('title', title), lines }));
  return [paint('title', headline(view, rows)), sections(painted)].filter((part) => part !== '').join('\n\n');
}

function headline({ region, account, places }: SeenCell, rows: readonly LadderRow[]): string {
  const reached = (step: string) => rows.find((row) => row.step === step)?.reached ?? 0;
  const where = account === null ? region : `${region}, account ${account}`;
  if (places.length === 0) return `${where}: no database of PostgreSQL is known yet.`;
  return `${where}: ${counted(places.length, 'database')}, ${reached('tagged')} tagged, ${reached('enforcing')} enforcing`;
}

/** A command is never broken into lines. */
function proofLines(view: SeenCell): readonly string[] {
  const words = wrap(proofWords(view));
  return unprovenText(view.proof) === null ? words : [...words, `      ${proveCommand(view.region)}`];
}

function ladderTable(rows: readonly LadderRow[], paint: Paint, { columns }: Screen): readonly string[] {
  const headings = [
    { title: 'step', align: 'left', least: 12 },
    { title: 'databases', align: 'right' },
    { title: 'wait', align: 'right' },
    { title: 'which', align: 'left', most: 44, isSpare: true },
  ] as const;
  const cells = rows.map(({ step, reached, waiting }) => [
    STEP_WORDS[step],
    String(reached),
    waiting.length === 0 ? '' : String(waiting.length),
    listText(waiting.map(databaseName), 3),
  ]);
  return textTable(headings, cells, paint, columns);
}

/** The most frequent problem of a step, with the one command for one of its databases. */
function nextLines({ step, waiting }: LadderRow, region: string): readonly string[] {
  const problemOf = ({ next, lacking }: LadderPlace) =>
    next?.step === step ? next.problem : lacking.find((gap) => gap.step === step)?.problem;
  const groups = [...Map.groupBy(waiting, problemOf)].toSorted(([, a], [, b]) => b.length - a.length);
  const [problem, [first] = []] = groups[0] ?? [];
  if (problem === undefined || first === undefined) return [];
  return problemLines(first, problem, { step, region, more: waiting.length - 1 });
}

type Where = { readonly step: LadderRow['step']; readonly region: string; readonly more: number };

function problemLines(
  place: LadderPlace,
  problem: LadderProblem,
  { step, region, more }: Where,
): readonly string[] {
  const { says, command } = nextStep(place, problem, region);
  const others =
    more === 0 ? '' : ` ${counted(more, 'more waits', 'more wait')}: headroom fleet list --at ${step}.`;
  return [
    ...wrap(`${STEP_WORDS[step]}: ${databaseName(place)} ${ladderSentence(says)}.${others}`, 4, '- '),
    ...(command === null ? [] : [`      ${shortCommand(command, place)}`]),
  ];
}

/** A line of a screen. Longer ones stand where one database is looked at. */
const MOST_COLUMNS = 150;

function shortCommand(command: string, { seen }: LadderPlace): string {
  return command.length > MOST_COLUMNS ? `headroom fleet why ${seen.database.name}` : command;
}

function driftLines(view: SeenCell): readonly string[] {
  const texts = driftTexts(view);
  const rest = texts.length - MOST_LINES;
  const shown = [
    ...texts.slice(0, MOST_LINES),
    ...(rest > 0 ? [`${rest} more: headroom fleet status --json`] : []),
  ];
  return shown.flatMap((text) => wrap(text, 4, '- '));
}
