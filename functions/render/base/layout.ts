/** Plain text for a mail, a terminal and a phone: a limited number of columns, and spaces only. */
const COLUMNS = 80;

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const MARK = /\p{M}/u;

/** How many columns a text takes, as most terminals show it. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += MARK.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

/** Cuts a text to a number of columns, with dots in place of the rest. */
function clip(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let [kept, width] = ['', 0];
  for (const character of text) {
    width += widthOf(character);
    if (width > columns - 3) break;
    kept += character;
  }
  return `${kept}...`;
}

export type Column = { readonly width: number; readonly align: 'left' | 'right' };

/**
 * One line of a table. Long texts are cut. Numbers are not cut, because a wrong number is worse than a
 * crooked line.
 */
export function row(columns: readonly Column[], cells: readonly string[], indent = 2): string {
  const line = columns.map(({ width, align }, at) => {
    const cell = cells[at] ?? '';
    if (align === 'right') return ' '.repeat(Math.max(0, width - widthOf(cell))) + cell;
    const clipped = clip(cell, width);
    return clipped + ' '.repeat(width - widthOf(clipped));
  });
  return (' '.repeat(indent) + line.join('  ')).trimEnd();
}

/**
 * Breaks a text into lines at spaces. A word that is too long for any line is broken anywhere. A marker may
 * stand before the first line.
 */
export function wrap(text: string, indent = 2, marker = ''): readonly string[] {
  const margin = ' '.repeat(indent);
  return text.split('\n').flatMap((paragraph, at) => {
    const first = at === 0 && marker !== '' ? margin.slice(0, -marker.length) + marker : margin;
    return fill(paragraph, first, margin);
  });
}

function fill(paragraph: string, first: string, margin: string): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of paragraph.split(' ').flatMap((each) => chop(each, COLUMNS - widthOf(margin)))) {
    if (!empty && widthOf(line) + 1 + widthOf(word) > COLUMNS) {
      lines.push(line);
      line = margin;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return empty ? lines : [...lines, line];
}

function chop(word: string, columns: number): readonly string[] {
  const parts: string[] = [];
  let part = '';
  for (const character of word) {
    if (widthOf(part + character) > columns) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  return part === '' ? parts : [...parts, part];
}

export type Section = { readonly title: string; readonly lines: readonly string[] };

/** Sections with their titles and an empty line between them. Sections without lines are left out. */
export function sections(all: readonly Section[]): string {
  return all
    .filter(({ lines }) => lines.length > 0)
    .map(({ title, lines }) => [title, ...lines].join('\n'))
    .join('\n\n');
}

/**
 * The first items of a list, and a line that counts the rest. If the rest is one item, that item is shown
 * instead.
 */
export function bounded<Item>(
  items: readonly Item[],
  most: number,
  lineOf: (item: Item) => string,
  restOf: (rest: readonly Item[]) => string,
): readonly string[] {
  const shown = items.length === most + 1 ? items : items.slice(0, most);
  const rest = items.slice(shown.length);
  return [...shown.map(lineOf), ...(rest.length > 0 ? [restOf(rest)] : [])];
}
