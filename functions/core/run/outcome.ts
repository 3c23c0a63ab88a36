/**
 * How a run ended. The record, the message, the metrics and the exit code use this closed union. An observing
 * run has the outcome that it expects.
 */
export const OUTCOMES = [
  /** No pressure, nothing to do. */
  'healthy',
  /** No pressure. Sessions older than the policy's `reap` were ended. */
  'reaped',
  /** After settling, `when` no longer holds. */
  'recovered',
  /** Fewer slots were freed than needed, perhaps none. `when` still holds. */
  'partial',
  /** The pressure is back: the programs that lost sessions have re-taken at least half of the freed slots. */
  'refilled',
  /** Pressure, and the policy allows no session to be ended. */
  'no-candidates',
  /** A client was refused, but no scope is under pressure. */
  'unexplained',
  /** Another run holds the lock. */
  'busy',
  /** Pressure, and sessions that would have been terminated, but runs are paused. */
  'paused',
  /** The trigger does not ask for a run. */
  'muted',
  /** The event is too old to act on. */
  'stale',
  /** The policy's mode is `off`. */
  'off',
  /** Our role cannot see other roles' sessions. */
  'blind',
  'cannot-connect',
  /** Sessions were told to end, but the result could not be read. */
  'unverified',
  'failed',
] as const;

export type Outcome = (typeof OUTCOMES)[number];
