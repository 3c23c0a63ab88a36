import { styleText } from 'node:util';
import { cleanMessage } from '../core/base/clean-text.ts';
import type { Meaning, Paint } from '../render/terminal/paint.ts';

const STYLES = {
  title: 'bold',
  faint: 'dim',
  good: ['bold', 'green'],
  warning: ['bold', 'yellow'],
  bad: ['bold', 'red'],
} as const satisfies Record<Meaning, Parameters<typeof styleText>[0]>;

/** Colours on a terminal only, and not against `NO_COLOR`, which `styleText` alone lets `FORCE_COLOR` overrule. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  if (!stream.isTTY || process.env.NO_COLOR) return (_, text) => text;
  return (meaning, text) => styleText(STYLES[meaning], text, { stream });
}

/** The command's result, on standard output. Takes text whose names are clean already. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Everything else, on standard error: what goes wrong may quote names and texts that others chose. */
export function printNote(message: string): void {
  process.stderr.write(`${cleanMessage(message, Number.POSITIVE_INFINITY)}\n`);
}

export function printError(message: string): void {
  process.stderr.write(`${paintFor(process.stderr)('bad', 'error:')} `);
  printNote(message);
}
