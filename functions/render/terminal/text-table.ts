import { type Column, row, widthOf } from '../base/layout.ts';
import type { Paint } from './paint.ts';

/** A column's title; text wider than `most` is clipped, numbers (`right`) never are. */
export type Heading = { readonly title: string; readonly align: Column['align']; readonly most?: number };

/** Wide enough for most names; what is longer is in the JSON. */
const MOST = 24;

/** Lines of a table whose columns are as wide as what stands in them, under a faint line of titles. */
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
