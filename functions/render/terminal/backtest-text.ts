import { cleanName } from '../../core/base/clean-text.ts';
import { type BacktestView, backtestHeadline, backtestRemarks } from '../base/backtest-phrases.ts';
import { sections, wrap } from '../base/layout.ts';
import { counted, timeText } from '../base/phrases.ts';
import type { Paint } from './paint.ts';
import { MOST_ROWS, type Screen } from './screen.ts';
import { type Heading, textTable } from './text-table.ts';

const RUNS: readonly Heading[] = [
  { title: 'began', align: 'left', least: 16 },
  { title: 'server', align: 'left' },
  { title: 'outcome', align: 'left', isSpare: true },
  { title: 'before', align: 'right' },
  { title: 'after', align: 'right' },
  { title: 'more', align: 'right' },
  { title: 'fewer', align: 'right' },
  { title: 'missing', align: 'right', isSpare: true },
];

const PROGRAMS: readonly Heading[] = [
  { title: 'program', align: 'left', most: 30, least: 10 },
  { title: 'role', align: 'left' },
  { title: 'server', align: 'left', isSpare: true },
  { title: 'more', align: 'right' },
  { title: 'fewer', align: 'right' },
];

/** Runs with another plan, and the programs that it concerns. */
export function renderBacktest(view: BacktestView, paint: Paint, { columns, all }: Screen): string {
  const { runs, programs, more, fewer } = view.sum;
  const shown = runs.filter((run) => all || run.more.length + run.fewer.length > 0);
  const rows = shown.map((run) => [
    // Without seconds it fits beside the numbers on a narrow terminal.
    timeText(run.startedAt).slice(0, '2026-11-21 03:12'.length),
    cleanName(run.server),
    run.outcome,
    ...[run.before.victims, run.after.victims, run.more, run.fewer].map(({ length }) => String(length)),
    run.before.missing === run.after.missing
      ? String(run.after.missing)
      : `${run.before.missing} > ${run.after.missing}`,
  ]);
  const concerned = programs.map(({ program, server, more: gained, fewer: lost }) => [
    cleanName(program.application),
    cleanName(program.user),
    cleanName(server),
    String(gained),
    String(lost),
  ]);
  const most = all ? Number.POSITIVE_INFINITY : MOST_ROWS;
  const tableOf = (headings: readonly Heading[], lines: readonly (readonly string[])[]) =>
    lines.length === 0
      ? []
      : [...textTable(headings, lines.slice(0, most), paint, columns), ...rest(lines, most)];
  return sections([
    {
      title: paint(more > 0 ? 'warning' : fewer > 0 ? 'title' : 'good', backtestHeadline(view)),
      lines: backtestRemarks(view).flatMap((text) => wrap(text)),
    },
    {
      title: paint('title', 'Runs with another plan, times in UTC'),
      lines: tableOf(RUNS, rows),
    },
    {
      title: paint('title', 'Programs whose sessions would end, or stay'),
      lines: tableOf(PROGRAMS, concerned),
    },
  ]);
}

function rest(rows: readonly unknown[], most: number): readonly string[] {
  return rows.length <= most ? [] : [`  and ${counted(rows.length - most, 'more row')}; --all shows them`];
}
