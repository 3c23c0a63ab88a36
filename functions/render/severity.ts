import type { Outcome } from '../core/outcome.ts';
import type { Mode } from '../core/policy.ts';

/** What subscribers filter by: `critical` wants a human now, `warning` today, `info` never. */
export type Severity = 'info' | 'warning' | 'critical';

export function severityOf(outcome: Outcome, mode: Mode): Severity {
  switch (outcome) {
    case 'healthy':
    case 'reaped':
    case 'busy':
    case 'muted':
    case 'stale':
    case 'off':
      return 'info';
    case 'recovered':
      // Who only observes has recovered nothing: clients are still turned away.
      return mode === 'enforce' ? 'warning' : 'critical';
    case 'unexplained':
      return 'warning';
    case 'partial':
    case 'refilled':
    case 'no-candidates':
    case 'paused':
    case 'blind':
    case 'cannot-connect':
    case 'unverified':
    case 'failed':
      return 'critical';
    default: {
      const never: never = outcome;
      return never;
    }
  }
}
