import type { Session } from '../server/session.ts';
import type { Pressure } from '../server/slots.ts';

/** A later read of the sessions, as the difference to the first snapshot. */
export type Reading = {
  readonly phase: 'verified' | 'settled';
  /** Since the run's start. */
  readonly atMs: number;
  /** The scopes that were under pressure first, the server always; as they are now. */
  readonly pressure: readonly Pressure[];
  /** Sessions that were not there in the first snapshot. */
  readonly came: readonly Session[];
  /** Number of sessions of the first snapshot that are gone, ours apart. */
  readonly gone: number;
  /** The re-taken slots, counted before `came` was left out of a record that was too large. Absent while `came` is there. */
  readonly retaken?: number | undefined;
};

/** The reading that tells who took the freed slots; null where the run broke off before it. */
export function settledReading({ readings }: { readonly readings: readonly Reading[] }): Reading | null {
  return readings.findLast(({ phase }) => phase === 'settled') ?? null;
}
