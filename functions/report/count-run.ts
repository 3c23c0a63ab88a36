import type { MetricsChoice } from '../contract.ts';
import type { KnownRun } from './known-run.ts';
import type { ReportPorts } from './report-ports.ts';
import type { ReadRun } from './report-steps.ts';
import { chosenOf } from './run-metrics.ts';

/**
 * Counts a run before anything else, so that alarms do not depend on whether the message gets out. A repeated
 * delivery counts again.
 */
export function countRun(
  { runId, server, mode, outcome }: KnownRun,
  { head, recall, metrics }: ReadRun,
  choice: MetricsChoice,
  { count, log }: Pick<ReportPorts, 'count' | 'log'>,
): void {
  // The log has all numbers, whatever the choice: lines can be searched and cost almost nothing.
  const numbers = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  log('run', { runId, server, mode, outcome, trigger: head.trigger, ...numbers });
  count({ kind: 'server', server: server ?? 'unknown', metrics: chosenOf(metrics, choice) });
  if (recall?.kind !== 'unreadable') return;
  log('memory-trouble', { runId, server, ...recall.problem });
  count({ kind: 'own', metrics: [{ name: 'memoryUnreadable', unit: 'Count', value: 1 }] });
}
