import type { RunRecord } from '../core/record.ts';
import { chosenOf, type MetricsChoice, metricsOf } from '../core/run-metrics.ts';
import type { ReportPorts } from './ports.ts';

/**
 * Counts a run before anything else is done with it: whether the message gets out must not matter to an alarm. A delivery
 * that is repeated counts again.
 */
export function countRun(
  record: RunRecord,
  choice: MetricsChoice,
  { count, log }: Pick<ReportPorts, 'count' | 'log'>,
): void {
  const { runId, server, mode, outcome, trigger, recall } = record;
  const metrics = metricsOf(record);
  // All numbers, whatever the choice: lines can be searched and cost next to nothing.
  const numbers = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  log('run', { runId, server, mode, outcome, trigger: trigger.kind, ...numbers });
  count({ kind: 'server', server, metrics: chosenOf(metrics, choice) });
  if (recall?.kind !== 'unreadable') return;
  log('memory-trouble', { runId, server, ...recall.problem });
  count({ kind: 'own', metrics: [{ name: 'memoryUnreadable', unit: 'Count', value: 1 }] });
}
