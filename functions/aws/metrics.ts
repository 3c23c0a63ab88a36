import { Metrics } from '@aws-lambda-powertools/metrics';
import {
  FLEET_METRICS,
  METRIC_NAMESPACE,
  OWN_METRICS,
  SERVER_DIMENSION,
  SERVER_METRICS,
  SERVICE_NAME,
} from '../contract.ts';
import { plainName } from '../core/base/plain-name.ts';
import type { CellMeasure } from '../fleet/dispatch-ports.ts';
import type { Measure } from '../report/run-metrics.ts';

/** Writes metrics to standard output in CloudWatch's embedded format. This needs no call and no permission. */
export function emitMetrics(measure: Measure): void {
  if (measure.metrics.length === 0) return;
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: SERVICE_NAME });
  if (measure.kind === 'server') {
    // Each set of dimensions makes a metric of its own. The default dimension `service` would make another one.
    metrics.clearDefaultDimensions();
    metrics.addDimension(SERVER_DIMENSION, plainName(measure.server));
    for (const { name, unit, value } of measure.metrics) metrics.addMetric(SERVER_METRICS[name], unit, value);
  } else {
    for (const { name, unit, value } of measure.metrics) metrics.addMetric(OWN_METRICS[name], unit, value);
  }
  metrics.publishStoredMetrics();
}

/** Writes the one metric of a cell. A period without it is one in which nothing was dispatched. */
export function emitCellMeasure({ unwellDatabases }: CellMeasure): void {
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: SERVICE_NAME });
  metrics.addMetric(FLEET_METRICS.unwell, 'Count', unwellDatabases);
  metrics.publishStoredMetrics();
}
