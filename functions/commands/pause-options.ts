import { InvalidArgumentError } from 'commander';
import type { OptionSpec } from './command.ts';
import { durationMs } from './records/since.ts';

/** How long a pause is, in milliseconds, and why. */
export type GivenLength = { readonly reason?: string; readonly for?: number };

export const MOST_REASON = 200;

export const PAUSE_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--for <time>',
    about: 'how long, such as 30m, 2h or 1d (default: until headroom resume)',
    parse: lengthOf,
  },
  {
    flags: '--reason <text>',
    about: 'the reason, for the messages that people get',
    parse: reasonOf,
  },
];

function reasonOf(text: string): string {
  if (text === '' || text.length > MOST_REASON)
    throw new InvalidArgumentError(`A reason has 1 to ${MOST_REASON} characters.`);
  return text;
}

function lengthOf(text: string): number {
  const length = durationMs(text);
  if (length === null || length === 0) throw new InvalidArgumentError('A time is such as 30m, 2h or 1d.');
  return length;
}
