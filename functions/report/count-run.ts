import type { MetricsChoice } from '../contract.ts';
import type { KnownRun } from './known-run.ts';
import type { ReportPorts } from './report-ports.ts';
import type { ReadRun } from './report-steps.ts';
import { chosenOf } from './run-metrics.ts';

/**
 * Counts a run before anything else is done with it: whether the message gets out must not matter to an alarm. A delivery
 * that is repeated counts again.
 */
export function countRun(
  { runId, server, mode, outcome }: KnownRun,
  { head, recall, metrics }: ReadRun,
  choice: MetricsChoice,
  { count, log }: Pick<ReportPorts, 'count' | 'log'>,
): void {
  // All numbers, whatever the choice: lines can be searched and cost next to nothing.
  const numbers = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  log('run', { runId, server, mode, outcome, trigger: head.trigger, ...numbers });
  count({ kind: 'server', server: server ?? 'unknown', metrics: chosenOf(metrics, choice) });
  if (recall?.kind !== 'unreadable') return;
  log('memory-trouble', { runId, server, ...recall.problem });
  count({ kind: 'own', metrics: [{ name: 'memoryUnreadable', unit: 'Count', value: 1 }] });
}
