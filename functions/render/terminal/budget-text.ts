import { cleanName } from '../../core/base/clean-text.ts';
import type { BudgetVerdict } from '../../core/budget/judge-budget.ts';
import { budgetHeadline, budgetRemarks, largestText, limitText } from '../base/budget-phrases.ts';
import { sections, wrap } from '../base/layout.ts';
import type { Paint } from './paint.ts';
import type { Screen } from './screen.ts';
import { type Heading, textTable } from './text-table.ts';

const LIMITS: readonly Heading[] = [
  { title: 'limit', align: 'left', most: 40, least: 16 },
  { title: 'slots', align: 'right' },
  { title: 'at rest', align: 'right', isSpare: true },
  { title: 'worst', align: 'right' },
  { title: 'over', align: 'right' },
  { title: 'seen', align: 'right' },
];

const LINES: readonly Heading[] = [
  { title: 'line', align: 'left', most: 32, least: 12 },
  { title: 'to', align: 'left', isSpare: true },
  { title: 'pools', align: 'right' },
  { title: 'pool', align: 'right' },
  { title: 'worst', align: 'right' },
  { title: 'largest alone', align: 'right' },
];

/** The verdict, each limit and each line, for a terminal. */
export function renderBudget(
  verdict: BudgetVerdict,
  leftOut: readonly string[],
  paint: Paint,
  { columns }: Screen,
): string {
  const limits = verdict.limits.map((limit) => [
    limitText(limit),
    String(limit.most),
    String(limit.least),
    String(limit.worst),
    limit.over === 0 ? '-' : String(limit.over),
    limit.seen === null ? '' : String(limit.seen),
  ]);
  const lines = verdict.lines.map((line) => [
    cleanName(line.name),
    cleanName(line.to),
    String(line.pools),
    String(line.pool),
    String(line.worst),
    largestText(line),
  ]);
  return sections([
    {
      title: paint(verdict.fits ? 'good' : 'bad', budgetHeadline(verdict)),
      lines: budgetRemarks(verdict, leftOut).flatMap((text) => wrap(text)),
    },
    { title: paint('title', 'Limits'), lines: textTable(LIMITS, limits, paint, columns) },
    {
      title: paint('title', 'Lines, with the largest pool of each that fits while the others stay'),
      lines: textTable(LINES, lines, paint, columns),
    },
  ]);
}
