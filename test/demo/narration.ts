import { styleText } from 'node:util';
import { widthOf } from '../../functions/render/base/layout.ts';

const startedAt = performance.now();
const MARGIN = 9;
/** For files and pipes. */
const USUAL_COLUMNS = 100;

/** The width in which a recording of the demo asks for a terminal's output where there is none. */
const asked = Number(process.env.DEMO_COLUMNS ?? '');
export const isLive = (process.stdout.isTTY && process.env.TERM !== 'dumb') || asked > 0;
const isPainted = asked > 0 || (process.stdout.isTTY && !process.env.NO_COLOR);

export function columns(): number {
  return asked || process.stdout.columns || USUAL_COLUMNS;
}

type Style = Parameters<typeof styleText>[0];
const paint = (style: Style, text: string) =>
  isPainted ? styleText(style, text, { validateStream: false }) : text;

/** The line that is drawn again and again, where there is one. */
let live = '';

/** Draws this line in place of the one before. An empty text takes it away. */
export function redraw(text: string): void {
  if (!isLive || text === live) return;
  process.stdout.write(`\r\x1b[2K${text === '' ? '' : `${' '.repeat(MARGIN)}${text}`}`);
  live = text;
}

function print(text: string): void {
  const before = live;
  redraw('');
  process.stdout.write(`${text}\n`);
  redraw(before);
}

/** The demo's voice: numbered scenes, and under each what happens, with the seconds since the start. */
export function scene(number: number, title: string): void {
  const lines = wrapped(title, columns() - 3).map((each) => paint('bold', each));
  print(`\n${paint('bold', String(number))}  ${lines.join('\n   ')}`);
}

export function title(text: string): void {
  print(paint('bold', text));
}

export function line(text: string): void {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1).padStart(5);
  const [first = '', ...rest] = wrapped(text, columns() - MARGIN);
  print(
    `${paint('dim', `${seconds} s`)}  ${[first, ...rest.map((each) => ' '.repeat(MARGIN) + each)].join('\n')}`,
  );
}

/** Text from elsewhere, word for word, set apart by a bar. */
export function quote(text: string): void {
  const bar = paint('dim', '│');
  for (const each of text.trimEnd().split('\n'))
    for (const part of wrapped(each, columns() - MARGIN - 2))
      print(`${' '.repeat(MARGIN)}${bar} ${part}`.trimEnd());
}

/** Commands to type, whole lines that can be copied. */
export function commands(all: readonly string[]): void {
  for (const each of all) print(`${' '.repeat(MARGIN)}${paint('cyan', each)}`);
}

/** One thing that must be true at the end. */
export function verdict(holds: boolean, text: string): boolean {
  const mark = holds ? paint('green', '✓') : paint('red', '✗');
  const [first = '', ...rest] = wrapped(text, columns() - MARGIN - 2);
  print(
    [`${' '.repeat(MARGIN)}${mark} ${first}`, ...rest.map((each) => ' '.repeat(MARGIN + 2) + each)].join(
      '\n',
    ),
  );
  return holds;
}

/** Breaks at spaces. A word that is longer than a line, such as a link, stays whole. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (current !== '' && widthOf(longer) > width) {
      lines.push(current);
      current = word;
    } else current = longer;
  }
  return [...lines, current];
}
