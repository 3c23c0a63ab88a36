import { widthOf } from '../base/layout.ts';

const NARROWEST = 30;
/** Statements are indented by six columns. People paste them, so that they stay on one line. */
const STATEMENT = /^ {6}/;
/** Colours stand around whole lines or titles, so that they take no column. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is how a terminal is told a colour
const COLOURED = /^((?:\u001b\[[\d;]*m)*)(.*?)((?:\u001b\[[\d;]*m)*)$/;

type Line = { readonly before: string; readonly inside: string; readonly after: string };

/**
 * Breaks the lines that are wider than the screen, with the same indentation. Each part keeps the line's colour. A paragraph
 * that was filled for a wider screen is filled anew.
 */
export function fitLines(text: string, columns: number): string {
  const width = Math.max(NARROWEST, columns);
  const lines = text.split('\n').map((line): Line => {
    const [, before = '', inside = '', after = ''] = COLOURED.exec(line) ?? [];
    return { before, inside, after };
  });
  return paragraphsOf(lines, width)
    .flatMap(({ before, inside, after }) => {
      if (widthOf(inside) <= width || STATEMENT.test(inside)) return [`${before}${inside}${after}`];
      return broken(inside, width).map((part) => `${before}${part}${after}`);
    })
    .join('\n');
}

/** Joins a line to the one before it where that one was broken for the usual width, and only on a narrower screen. */
function paragraphsOf(lines: readonly Line[], width: number): readonly Line[] {
  if (width >= FILLED) return lines;
  const joined: Line[] = [];
  let last = '';
  for (const line of lines) {
    const before = joined.at(-1);
    const [word = ''] = line.inside.trimStart().split(' ');
    const isNext =
      before !== undefined &&
      before.before === line.before &&
      textStart(before.inside) === marginOf(line.inside).length &&
      !STATEMENT.test(line.inside) &&
      // A longer line was not filled, so that nothing was broken off.
      widthOf(last) <= FILLED &&
      widthOf(last) + 1 + widthOf(word) > FILLED;
    if (isNext)
      joined[joined.length - 1] = { ...before, inside: `${before.inside} ${line.inside.trimStart()}` };
    else joined.push(line);
    last = line.inside;
  }
  return joined;
}

/** The usual width, for which texts are filled. */
const FILLED = 80;

function marginOf(line: string): string {
  return /^ */.exec(line)?.[0] ?? '';
}

/** The column in which the text begins after the indentation and a marker. */
function textStart(line: string): number {
  return /^ *(?:- |\d+\. )?/.exec(line)?.[0].length ?? 0;
}

function broken(line: string, width: number): readonly string[] {
  const [, margin = '', marker = ''] = /^( *)((?:- |\d+\. )?)/.exec(line) ?? [];
  const indent = margin + ' '.repeat(marker.length);
  const parts: string[] = [];
  let part = margin + marker;
  for (const word of line.slice(part.length).split(' ')) {
    const next = part.trim() === '' || part === margin + marker ? part + word : `${part} ${word}`;
    if (widthOf(next) > width && part.trim() !== '') {
      parts.push(part);
      part = indent + word;
    } else part = next;
  }
  return [...parts, part];
}
