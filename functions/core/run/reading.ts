import type { Session } from '../server/session.ts';
import type { Pressure } from '../server/slots.ts';

/** A later read of the sessions, as the difference to the first snapshot. */
export type Reading = {
  readonly phase: 'verified' | 'settled';
  /** Milliseconds since the start of the run. */
  readonly atMs: number;
  /** The present pressure of the server and of the scopes that were under pressure first. */
  readonly pressure: readonly Pressure[];
  /** Sessions that the first snapshot did not have. */
  readonly came: readonly Session[];
  /** How many sessions of the first snapshot are gone, without ours. */
  readonly gone: number;
  /**
   * The re-taken slots, counted before `came` was left out of a record that was too large. Absent while
   * `came` is present.
   */
  readonly retaken?: number | undefined;
};

/** The reading that shows which programs took the freed slots. Null when the run broke off before it. */
export function settledReading({ readings }: { readonly readings: readonly Reading[] }): Reading | null {
  return readings.findLast(({ phase }) => phase === 'settled') ?? null;
}
