import type { MetricsChoice } from '../contract.ts';
import { meaningOf } from '../core/incident/outcome-table.ts';
import type { Plan } from '../core/plan/plan.ts';
import { retakenIn } from '../core/run/newcomers.ts';
import { pauseIn } from '../core/run/pause.ts';
import type { RunRecord } from '../core/run/record.ts';
import { isStuck } from '../core/run/run-lock.ts';
import type { Pressure } from '../core/server/slots.ts';
import { type Invocation, serverOf } from '../events/parse-destination.ts';

/** A metric by its key in the contract, which has its name and meaning. */
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
  | 'warned'
  | 'failedRuns'
  | 'expiredEvents'
  | 'chosen'
  | 'spared'
  | 'retaken'
  | 'connectTries'
  | 'durationMs'
>;

export type OwnMetric = Metric<'recordsNotKept' | 'memoryUnreadable' | 'reportsCutShort'>;

/** Numbers that are counted together: for one server, or about ourselves. */
export type Measure =
  | { readonly kind: 'server'; readonly server: string; readonly metrics: readonly ServerMetric[] }
  | { readonly kind: 'own'; readonly metrics: readonly OwnMetric[] };

/** Alarms and the graph of slots need these. A count of 0 is left out. */
const FEW: ReadonlySet<ServerMetric['name']> = new Set([
  'unresolved',
  'usedSlots',
  'usableSlots',
  'terminated',
  'paused',
]);

/** All metrics of one run. A number that was not measured is left out, because it is not 0. */
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

/** It does not use the list of spared sessions, because a record may lack it. */
function planned({ victims }: Plan, { used }: Pressure): readonly ServerMetric[] {
  return [counted('chosen', victims.length), counted('spared', used - victims.length)];
}

/** The metrics that a choice includes. */
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

/**
 * A run whose record is missing or cannot be read. It is counted for every choice, because it costs nothing
 * until it happens.
 */
export function failedRun(invocation: Invocation): Measure {
  return { ...ofFunction(invocation), metrics: [counted('failedRuns', 1), counted('unresolved', 1)] };
}

/** An event that waited too long to be processed. It is also counted for every choice. */
export function expiredEvent(invocation: Invocation): Measure {
  return { ...ofFunction(invocation), metrics: [counted('expiredEvents', 1)] };
}

function ofFunction(invocation: Invocation) {
  return { kind: 'server', server: serverOf(invocation) ?? 'unknown' } as const;
}

function counted(name: ServerMetric['name'], value: number): ServerMetric {
  return { name, unit: 'Count', value };
}
