import type { Figures } from '../core/trigger/log-lines.ts';

const FIGURE = '(?:current|active|non-active|reserved|max_connections)';
/**
 * `active/non-active/reserved: 5/508/3` of GaussDB, `current: 203, max_connections/reserved: 200/3` of
 * openGauss.
 */
const FIGURES = new RegExp(String.raw`(${FIGURE}(?:/${FIGURE}){0,2}): (\d{1,9}(?:/\d{1,9}){0,2})`, 'g');

export function figuresIn(text: string): Figures | null {
  const figures = [...text.matchAll(FIGURES)].flatMap(([, names = '', numbers = '']) => {
    const values = numbers.split('/').map(Number);
    return names.split('/').map((name, at) => [name, values[at]] as const);
  });
  const known = figures.filter((figure): figure is readonly [string, number] => figure[1] !== undefined);
  return known.length === 0 ? null : Object.fromEntries(known);
}
