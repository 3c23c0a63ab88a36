import type { Mode } from '../../core/policy/policy.ts';
import { isUnresolved, type Outcome } from '../../core/run/outcome.ts';

/** What subscribers filter by: `critical` wants a human now, `warning` today, `info` never. */
export type Severity = 'info' | 'warning' | 'critical';

/** `isStuck`: no run acts, because one holds the lock for longer than a run can take. */
export function severityOf(outcome: Outcome, mode: Mode, isStuck = false): Severity {
  if (isStuck || isUnresolved(outcome, mode)) return 'critical';
  return outcome === 'recovered' || outcome === 'unexplained' ? 'warning' : 'info';
}
