import type { Cause } from '../../functions/core/diagnosis/cause.ts';
import type { Outcome } from '../../functions/core/run/outcome.ts';

/** A program that took too many slots, and what came of it; `#` in a text stands for a number that differs from run to run. */
export type Row = {
  /** What it did wrong; the title of the test that proves the row. */
  readonly fault: string;
  readonly cause: Cause;
  readonly outcome: Outcome;
  /** How many of its sessions the run ended, and how many it held. */
  readonly ended: number;
  readonly held: number;
  /** How a refusal read, in the words of the program. */
  readonly refused: string;
  /** What it read when its sessions were ended and when it went on, word for word. */
  readonly saw: readonly string[];
  readonly recovered: string;
  /** What the advice says of it, word for word. */
  readonly advised: string;
  /** What of it was changed so that the same work was refused no more. */
  readonly mends: string;
};

/** The programs of one technology. */
export type Section = {
  readonly client: string;
  /** The file with the tests, beside this one. */
  readonly provenBy: string;
  readonly rows: Readonly<Record<string, Row>>;
};

/** Alike lines once, with their number; what differs from run to run as `#`. */
export function tally(lines: readonly string[]): readonly string[] {
  const alike = Map.groupBy(lines.map(withoutChance), (line) => line);
  return [...alike].map(([line, { length }]) => (length === 1 ? line : `${length} × ${line}`));
}

export function withoutChance(line: string): string {
  return line
    .trim()
    .replace(/\b(port|client) \d+/, '$1 #')
    .replace(/\b\d+ms\b/, '#ms')
    .replace(/@[0-9a-f]{5,8}\b/, '@#');
}
