import { widthOf } from '../base/layout.ts';

const NARROWEST = 30;
/** Statements are indented by six columns. People paste them, so that they stay on one line. */
const STATEMENT = /^ {6}/;
/** Colours stand around whole lines or titles, so that they take no column. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is how a terminal is told a colour
const COLOURED = /^((?:\u001b\[[\d;]*m)*)(.*?)((?:\u001b\[[\d;]*m)*)$/;

/** Breaks the lines that are wider than the screen, with the same indentation. Each part keeps the line's colour. */
export function fitLines(text: string, columns: number): string {
  const width = Math.max(NARROWEST, columns);
  return text
    .split('\n')
    .flatMap((line) => {
      const [, before = '', inside = '', after = ''] = COLOURED.exec(line) ?? [];
      if (widthOf(inside) <= width || STATEMENT.test(inside)) return [line];
      return broken(inside, width).map((part) => `${before}${part}${after}`);
    })
    .join('\n');
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
