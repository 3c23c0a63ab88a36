import { meaningOf, type Severity } from '../../core/incident/outcome-table.ts';
import type { Mode } from '../../core/policy/mode.ts';
import type { Outcome } from '../../core/run/outcome.ts';

/** `isStuck`: no run can act, because one has held the lock for longer than a run can last. */
export function severityOf(outcome: Outcome, mode: Mode, isStuck = false): Severity {
  return isStuck ? 'critical' : meaningOf(outcome, mode).severity;
}
