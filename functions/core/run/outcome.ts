/**
 * How a run ended; one closed union for record, message, metrics and exit code. An observing run carries the outcome it
 * expects.
 */
export const OUTCOMES = [
  /** No pressure, nothing to do. */
  'healthy',
  /** No pressure; sessions older than the policy's `reap` were ended. */
  'reaped',
  /** After settling, `when` no longer holds. */
  'recovered',
  /** Less was freed than is needed, perhaps nothing: `when` still holds. */
  'partial',
  /** Pressure is back: at least half of the freed slots were re-taken by the groups that lost them. */
  'refilled',
  /** Pressure, and nobody whom the policy lets go. */
  'no-candidates',
  /** Somebody was refused, but no scope is under pressure. */
  'unexplained',
  /** Another run holds the lock. */
  'busy',
  /** Pressure, and sessions that would have been terminated: but runs are paused. */
  'paused',
  /** The trigger asks for nothing. */
  'muted',
  /** The event is too old to act on. */
  'stale',
  /** The policy's mode is `off`. */
  'off',
  /** Our role cannot see other roles' sessions. */
  'blind',
  'cannot-connect',
  /** Sessions were terminated, but what came of it could not be read. */
  'unverified',
  'failed',
] as const;

export type Outcome = (typeof OUTCOMES)[number];
