import { meaningOf, type Severity } from '../../core/incident/outcome-table.ts';
import type { Mode } from '../../core/policy/policy.ts';
import type { Outcome } from '../../core/run/outcome.ts';

/** `isStuck`: no run acts, because one holds the lock for longer than a run can take. */
export function severityOf(outcome: Outcome, mode: Mode, isStuck = false): Severity {
  return isStuck ? 'critical' : meaningOf(outcome, mode).severity;
}
