import { type Column, row, widthOf } from '../base/layout.ts';
import type { Paint } from './paint.ts';

/** The title of a column. A text wider than `most` is cut, numbers (`right`) never are. */
export type Heading = { readonly title: string; readonly align: Column['align']; readonly most?: number };

/** Wide enough for most names. The JSON has longer ones in full. */
const MOST = 24;

/** The lines of a table. Each column is as wide as its content, under a faint line of titles. */
export function textTable(
  headings: readonly Heading[],
  rows: readonly (readonly string[])[],
  paint: Paint,
): readonly string[] {
  const columns = headings.map(({ title, align, most = MOST }, at): Column => {
    const widest = rows.reduce((widest, cells) => Math.max(widest, widthOf(cells[at] ?? '')), widthOf(title));
    return { align, width: align === 'right' ? widest : Math.min(widest, most) };
  });
  const titles = headings.map(({ title }) => title);
  return [paint('faint', row(columns, titles)), ...rows.map((cells) => row(columns, cells))];
}
