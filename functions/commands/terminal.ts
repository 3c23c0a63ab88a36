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

/**
 * Uses colours only on a terminal, and never when `NO_COLOR` is set: `styleText` alone would let `FORCE_COLOR` overrule it.
 */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  if (!stream.isTTY || process.env.NO_COLOR) return (_, text) => text;
  return (meaning, text) => styleText(STYLES[meaning], text, { stream });
}

/** Prints the result of the command to standard output. Names in the text must be clean already. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/**
 * Prints everything else to standard error. Messages may quote names and texts that others chose, so they are cleaned.
 */
export function printNote(message: string): void {
  const clean = cleanMessage(message, Number.POSITIVE_INFINITY);
  // Addresses that no browser opens stay as the user typed them.
  process.stderr.write(`${clean.replace(/\b(s3|postgres)\[:\]\/\//g, '$1://')}\n`);
}

export function printError(message: string): void {
  process.stderr.write(`${paintFor(process.stderr)('bad', 'error:')} `);
  printNote(message);
}
