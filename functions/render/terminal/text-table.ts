import { type Column, row, widthOf } from '../base/layout.ts';
import type { Paint } from './paint.ts';

/**
 * The title of a column. A text wider than `most` is cut, numbers (`right`) never are. On a narrow screen a text is cut to
 * `least` columns, and then columns that are not needed are left out, the last one first.
 */
export type Heading = {
  readonly title: string;
  readonly align: Column['align'];
  readonly most?: number;
  readonly least?: number;
  readonly isSpare?: true;
};

/** Wide enough for most names. The JSON has longer ones in full. */
const MOST = 24;

/** A text column is never made narrower than this. */
const LEAST = 6;
const GAP = 2;

/**
 * The lines of a table. Each column is as wide as its content, under a faint line of titles. Where the screen is narrower,
 * the widest texts are cut first.
 */
export function textTable(
  headings: readonly Heading[],
  rows: readonly (readonly string[])[],
  paint: Paint,
  screen = Number.POSITIVE_INFINITY,
): readonly string[] {
  const widths = headings.map(({ title, align, most = MOST }, at) => {
    const widest = rows.reduce((widest, cells) => Math.max(widest, widthOf(cells[at] ?? '')), widthOf(title));
    return align === 'right' ? widest : Math.min(widest, most);
  });
  const kept = keptColumns(headings, widths, screen);
  const columns = fitted(
    kept.map((at) => ({ align: headings[at]?.align ?? 'left', width: widths[at] ?? 0 })),
    kept.map((at) => headings[at]?.least ?? LEAST),
    screen,
  );
  const titles = kept.map((at) => headings[at]?.title ?? '');
  const cellsOf = (cells: readonly string[]) => kept.map((at) => cells[at] ?? '');
  return [paint('faint', row(columns, titles)), ...rows.map((cells) => row(columns, cellsOf(cells)))];
}

/** The columns that fit when every text is as short as it may be. */
function keptColumns(
  headings: readonly Heading[],
  widths: readonly number[],
  screen: number,
): readonly number[] {
  const leastOf = ({ align, least = LEAST }: Heading, at: number) =>
    GAP + (align === 'right' ? (widths[at] ?? 0) : Math.min(widths[at] ?? 0, least));
  let kept = headings.map((_, at) => at);
  const total = () =>
    headings.reduce((sum, each, at) => sum + (kept.includes(at) ? leastOf(each, at) : 0), 0);
  for (const at of kept.toReversed()) {
    if (total() <= screen) break;
    if (headings[at]?.isSpare) kept = kept.filter((each) => each !== at);
  }
  return kept;
}

function fitted(wished: readonly Column[], least: readonly number[], screen: number): readonly Column[] {
  const columns = wished.map((column, at) => ({ ...column, least: least[at] ?? LEAST }));
  const total = () => columns.reduce((sum, { width }) => sum + GAP + width, 0);
  while (total() > screen) {
    const widest = columns
      .filter((each) => each.align === 'left' && each.width > each.least)
      .toSorted((a, b) => b.width - a.width)[0];
    if (widest === undefined) return columns;
    widest.width -= 1;
  }
  return columns;
}
