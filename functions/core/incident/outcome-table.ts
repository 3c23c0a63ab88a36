import type { Mode } from '../policy/policy.ts';
import type { Outcome } from '../run/outcome.ts';
import type { IncidentState } from './incident.ts';

/** What subscribers filter by: `critical` wants a human now, `warning` today, `info` never. */
export type Severity = 'info' | 'warning' | 'critical';

/** What one outcome means to everything that follows a run. */
type OutcomeMeaning = {
  /** Whether something is left to a human, as pagers want to know it; null where the run did not look. */
  readonly unresolved: boolean | null;
  /** Whether people are told of the run where nothing is remembered of those before it. */
  readonly notify: 'always' | 'after a refusal' | 'never';
  /** Whether its record is kept. A run that ended sessions is always kept. */
  readonly keep: boolean;
  /** How it leaves the incident of its server: `calm` where it found no pressure, null where it tells nothing. */
  readonly state: IncidentState | 'calm' | null;
  readonly severity: Severity;
  /** What the command exits with: nothing left to do, pressure remains, or it could not do its job. */
  readonly exit: 'done' | 'remains' | 'couldNot';
  /** Whether it came as far as to want the lock. */
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

/** The one table of outcomes. Texts for each outcome stand in the render room, in tables of the same key. */
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

/** What an outcome means. A run that only observes ends nothing: where it expects to recover, pressure stays. */
export function meaningOf(outcome: Outcome, mode: Mode): OutcomeMeaning {
  return OUTCOME_TABLE[outcome === 'recovered' && mode !== 'enforce' ? 'partial' : outcome];
}
