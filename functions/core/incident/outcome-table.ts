import type { Mode } from '../policy/mode.ts';
import type { Outcome } from '../run/outcome.ts';
import type { IncidentState } from './incident.ts';

/** Subscribers filter by it. `critical` needs a person now, `warning` today, `info` never. */
export type Severity = 'info' | 'warning' | 'critical';

/** What one outcome means for everything that follows a run. */
type OutcomeMeaning = {
  /**
   * Whether something is left for a person to do, as pagers need to know it. Null when the run did not look.
   */
  readonly unresolved: boolean | null;
  /** When people are told of the run, if nothing is remembered about earlier runs. */
  readonly notify: 'always' | 'after a refusal' | 'never';
  /** Whether its record is kept. The record of a run that ended sessions is always kept. */
  readonly keep: boolean;
  /**
   * The state in which it leaves the incident: `calm` when it found no pressure, null when it tells nothing.
   */
  readonly state: IncidentState | 'calm' | null;
  readonly severity: Severity;
  /**
   * The exit code of the command: nothing is left to do, pressure remains, or the command could not do its
   * work.
   */
  readonly exit: 'done' | 'remains' | 'couldNot';
  /** Whether the run got far enough to want the lock. */
  readonly wantsLock: boolean;
};

const CALM = {
  ...{ unresolved: false, notify: 'never', keep: false, state: 'calm' },
  ...{ severity: 'info', exit: 'done', wantsLock: true },
} as const satisfies OutcomeMeaning;

const SKIPPED = {
  ...{ unresolved: null, notify: 'never', keep: false, state: null },
  ...{ severity: 'info', exit: 'couldNot', wantsLock: false },
} as const satisfies OutcomeMeaning;

const PRESSED = {
  ...{ unresolved: true, notify: 'always', keep: true, state: 'pressed' },
  ...{ severity: 'critical', exit: 'remains', wantsLock: true },
} as const satisfies OutcomeMeaning;

const UNSEEN = { ...PRESSED, state: 'unseen', exit: 'couldNot' } as const satisfies OutcomeMeaning;

/**
 * The only table of outcomes. The texts for each outcome are in the render room, in tables with the same
 * keys.
 */
export const OUTCOME_TABLE = {
  healthy: CALM,
  reaped: { ...CALM, notify: 'always', keep: true },
  recovered: { ...CALM, notify: 'always', keep: true, state: 'relieved', severity: 'warning' },
  partial: PRESSED,
  refilled: PRESSED,
  'no-candidates': PRESSED,
  unexplained: {
    ...{ unresolved: false, notify: 'always', keep: true, state: 'unexplained' },
    ...{ severity: 'warning', exit: 'couldNot', wantsLock: true },
  },
  busy: { ...SKIPPED, notify: 'after a refusal', wantsLock: true },
  paused: { ...PRESSED, state: 'paused', exit: 'couldNot' },
  muted: SKIPPED,
  stale: SKIPPED,
  off: SKIPPED,
  blind: UNSEEN,
  'cannot-connect': { ...UNSEEN, wantsLock: false },
  unverified: UNSEEN,
  failed: UNSEEN,
} as const satisfies Readonly<Record<Outcome, OutcomeMeaning>>;

/**
 * What an outcome means. An observing run ends no session, so that the pressure stays although it expects to
 * recover.
 */
export function meaningOf(outcome: Outcome, mode: Mode): OutcomeMeaning {
  return OUTCOME_TABLE[outcome === 'recovered' && mode !== 'enforce' ? 'partial' : outcome];
}
