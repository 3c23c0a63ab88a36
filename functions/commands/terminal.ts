import { styleText } from 'node:util';
import { cleanMessage } from '../core/base/clean-text.ts';
import type { Problem } from '../core/base/errors.ts';
import { fitLines } from '../render/terminal/fit-lines.ts';
import type { Meaning, Paint } from '../render/terminal/paint.ts';
import { type Screen, WIDE_SCREEN } from '../render/terminal/screen.ts';
import { asciiJson } from './json-text.ts';

const STYLES = {
  title: 'bold',
  faint: 'dim',
  good: ['bold', 'green'],
  warning: ['bold', 'yellow'],
  bad: ['bold', 'red'],
} as const satisfies Record<Meaning, Parameters<typeof styleText>[0]>;

/** How much this process prints besides results and errors. */
let loudness: 'quiet' | 'usual' | 'verbose' = 'usual';

export function setLoudness({
  quiet,
  verbose,
}: {
  readonly quiet?: unknown;
  readonly verbose?: unknown;
}): void {
  loudness = quiet ? 'quiet' : verbose ? 'verbose' : 'usual';
}

/**
 * Uses colours only on a terminal, and never when `NO_COLOR` is set: `styleText` alone would let `FORCE_COLOR` overrule it.
 */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  if (!stream.isTTY || process.env.NO_COLOR) return (_, text) => text;
  return (meaning, text) => styleText(STYLES[meaning], text, { stream });
}

/** Prints the result of the command to standard output. Names in the text must be clean already. */
export function print(text: string): void {
  const { isTTY, columns } = process.stdout;
  process.stdout.write(`${isTTY && columns > 0 ? fitLines(text, columns) : text}\n`);
}

/** Prints what a person reads before a question to standard error, which leaves standard output to the result. */
export function printQuestion(text: string): void {
  const { isTTY, columns } = process.stderr;
  process.stderr.write(`${isTTY && columns > 0 ? fitLines(text, columns) : text}\n`);
}

/** How much of a table fits on the terminal behind a stream; everything where there is none. */
export function screenOf({ isTTY, columns }: NodeJS.WriteStream, all = false): Screen {
  return isTTY && columns > 0 ? { columns, all } : { ...WIDE_SCREEN, all };
}

/** Prints what a person should know besides the result. */
export function printNote(message: string): void {
  if (loudness !== 'quiet') writeError(message);
}

/** Prints how far the work is: on a terminal, and elsewhere only with `--verbose`. */
export function printProgress(message: string): void {
  if (process.stderr.isTTY) printNote(message);
  else printDetail(message);
}

/** Prints what only an investigation needs. */
export function printDetail(message: string): void {
  if (loudness === 'verbose') writeError(message);
}

/** Prints an error as text, or as JSON for scripts. */
export function printError({ code, message }: Problem, { json = false } = {}): void {
  if (json) {
    process.stderr.write(`${asciiJson({ error: { code, message } })}\n`);
    return;
  }
  process.stderr.write(`${paintFor(process.stderr)('bad', 'error:')} `);
  writeError(message);
  printDetail(`code: ${code}`);
}

/** Messages may quote names and texts that others chose, so they are cleaned. */
function writeError(message: string): void {
  const clean = cleanMessage(message, Number.POSITIVE_INFINITY);
  // Addresses that no browser opens stay as the user typed them.
  process.stderr.write(`${clean.replace(/\b(s3|postgres)\[:\]\/\//g, '$1://')}\n`);
}
