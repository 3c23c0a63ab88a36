import type { MetricsChoice } from '../contract.ts';
import { meaningOf } from '../core/incident/outcome-table.ts';
import type { Plan } from '../core/plan/plan.ts';
import { retakenIn } from '../core/run/newcomers.ts';
import { pauseIn } from '../core/run/pause.ts';
import type { RunRecord } from '../core/run/record.ts';
import { isStuck } from '../core/run/run-lock.ts';
import type { Pressure } from '../core/server/slots.ts';
import { type Invocation, serverOfFunction } from '../events/parse-destination.ts';

/** By its key in the contract, which knows what it means and what it is called. */
export type Metric<Name extends string> = {
  readonly name: Name;
  readonly unit: 'Count' | 'Milliseconds';
  readonly value: number;
};

export type ServerMetric = Metric<
  | 'unresolved'
  | 'usedSlots'
  | 'usableSlots'
  | 'terminated'
  | 'paused'
  | 'failedRuns'
  | 'expiredEvents'
  | 'chosen'
  | 'spared'
  | 'retaken'
  | 'connectTries'
  | 'durationMs'
>;

export type OwnMetric = Metric<'recordsNotKept' | 'memoryUnreadable' | 'reportsCutShort'>;

/** What is counted at once: for one server, or about ourselves. */
export type Measure =
  | { readonly kind: 'server'; readonly server: string; readonly metrics: readonly ServerMetric[] }
  | { readonly kind: 'own'; readonly metrics: readonly OwnMetric[] };

/** Alarms and the graph of slots need these; what did not happen is not among them. */
const FEW: ReadonlySet<ServerMetric['name']> = new Set([
  'unresolved',
  'usedSlots',
  'usableSlots',
  'terminated',
  'paused',
]);

/** Everything that one run comes to in numbers. A number that was not measured is left out: it is not 0. */
export function metricsOf(record: RunRecord): readonly ServerMetric[] {
  const { outcome, mode, recall, plan, attempts, connecting, timings } = record;
  const unresolved = isStuck(record) || meaningOf(outcome, mode).unresolved;
  const server = plan?.pressure.find(({ scope }) => scope.kind === 'server');
  const terminated = attempts.filter(({ result }) => result === 'terminated').length;
  const retaken = retakenIn(record);
  return [
    ...(unresolved === null ? [] : [counted('unresolved', unresolved ? 1 : 0)]),
    ...(server ? [counted('usedSlots', server.used), counted('usableSlots', server.usable)] : []),
    ...(terminated > 0 ? [counted('terminated', terminated)] : []),
    ...(pauseIn(recall) === null ? [] : [counted('paused', 1)]),
    ...(plan && server ? planned(plan, server) : []),
    ...(retaken === null ? [] : [counted('retaken', retaken)]),
    counted('connectTries', connecting.attempts),
    { name: 'durationMs', unit: 'Milliseconds', value: timings.finished },
  ];
}

/** Not from the list of those spared: a record may have had to leave it out. */
function planned({ victims }: Plan, { used }: Pressure): readonly ServerMetric[] {
  return [counted('chosen', victims.length), counted('spared', used - victims.length)];
}

/** Those that a choice asks for. */
export function chosenOf(metrics: readonly ServerMetric[], choice: MetricsChoice): readonly ServerMetric[] {
  switch (choice) {
    case 'none':
      return [];
    case 'few':
      return metrics.filter(({ name }) => FEW.has(name));
    case 'all':
      return metrics;
    default: {
      const never: never = choice;
      return never;
    }
  }
}

/** A run that left no record, or none that can be read; counted whatever its server's choice, as it costs nothing until then. */
export function failedRun(invocation: Invocation): Measure {
  return { ...ofFunction(invocation), metrics: [counted('failedRuns', 1), counted('unresolved', 1)] };
}

/** An event that waited too long to be run; counted likewise. */
export function expiredEvent(invocation: Invocation): Measure {
  return { ...ofFunction(invocation), metrics: [counted('expiredEvents', 1)] };
}

function ofFunction({ functionName }: Invocation) {
  return { kind: 'server', server: serverOfFunction(functionName) ?? 'unknown' } as const;
}

function counted(name: ServerMetric['name'], value: number): ServerMetric {
  return { name, unit: 'Count', value };
}
