import type { Outcome } from '../../functions/core/run/outcome.ts';
import type { Version } from '../support/postgres-server.ts';

/**
 * One fault, and what a run makes of it; `#` in a text stands for a number that differs from run to run, `…` for what the
 * diagnosis adds: clients that are seconds old are nobody's incident.
 */
export type Row = {
  /** What goes wrong; the title of the test that proves the row. */
  readonly fault: string;
  readonly outcome: Outcome;
  /** Null where nobody is told. */
  readonly subject: string | null;
  /** The problem's sentence; where there is no problem, another one of the message, or null. */
  readonly says: string | null;
  /** How many sessions the run ends. All others that were there before are there afterwards. */
  readonly ends: number;
};

export type Section = {
  readonly title: string;
  /** A few words for the reader. */
  readonly about: string;
  /** The file with the tests, beside this one. */
  readonly provenBy: string;
  readonly versions: readonly Version[];
  readonly rows: Readonly<Record<string, Row>>;
};

/** The expected text where it describes the actual one, else the actual one: a difference then shows what was said. */
export function asExpected(expected: string | null, actual: string | null): string | null {
  if (expected === null || actual === null) return actual;
  const pattern = expected
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('#', '\\d+')
    // Of a server that is gone the driver says what it notices first.
    .replaceAll(
      'connection: Connection terminated unexpectedly',
      'connection: (?:Connection terminated unexpectedly|read ECONNRESET|write EPIPE)',
    )
    .replaceAll('…', '.*');
  return new RegExp(`^${pattern}$`).test(actual) ? expected : actual;
}
