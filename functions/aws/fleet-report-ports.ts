import { setTimeout as sleep } from 'node:timers/promises';
import type { FleetReportConfig } from '../config/fleet-config.ts';
import type { FleetReporting } from '../fleet/report-fleet.ts';
import { startClock } from '../report/invocation-clock.ts';
import type { ReportPorts } from '../report/report-ports.ts';
import type { Measure } from '../report/run-metrics.ts';
import { stepsInWorker } from '../report/steps-in-worker.ts';
import { withOwner } from '../report/with-owner.ts';
import { fleetPublish, sendSummary } from './fleet-publish.ts';
import { readRegistryItems } from './fleet-run-items.ts';
import { lookAtCellIn } from './look-at-cell.ts';
import { memoryIn } from './memory-table.ts';
import { emitMetrics } from './metrics.ts';
import { receiversWithSecrets } from './receivers-with-secrets.ts';
import { keepIn } from './records.ts';

/** The ports of the `report` of a cell. Its worker thread is at `worker`. */
export function fleetReportPorts(
  config: FleetReportConfig,
  worker: URL,
  log: ReportPorts['log'],
): FleetReporting {
  const { bucket, table, registry, receivers, bus } = config;
  const clock = startClock();
  const memory = memoryIn(table);
  return {
    readItems: (keys) => readRegistryItems(registry, keys),
    memory,
    look: lookAtCellIn(config),
    send: bus === null ? null : sendSummary(bus),
    now: Date.now,
    log,
    portsFor: (database) => ({
      work: (result) => stepsInWorker(worker, result, clock),
      keep: bucket === null ? null : keepIn(bucket),
      count: countOwn,
      memory,
      publish: withOwner(
        { ...fleetPublish(config), ...receiversWithSecrets(receivers) },
        database?.owner ?? null,
      ),
      now: Date.now,
      sleep,
      log: (event, fields) => log(event, { ...fields, cpuMs: clock.cpuMs() }),
    }),
  };
}

/** No database has metrics of its own: each would cost more than its runs. The log has the numbers. */
function countOwn(measure: Measure): void {
  if (measure.kind === 'own') emitMetrics(measure);
}
