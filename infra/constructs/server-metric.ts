import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_NAMESPACE, SERVER_DIMENSION, SERVER_METRICS } from '../../functions/contract.ts';

/** A metric that the runs of one server write. The period is 5 minutes unless `options` say otherwise. */
export function serverMetric(
  server: string,
  name: keyof typeof SERVER_METRICS,
  statistic: string,
  options: cloudwatch.MetricOptions = {},
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: METRIC_NAMESPACE,
    metricName: SERVER_METRICS[name],
    dimensionsMap: { [SERVER_DIMENSION]: server },
    statistic,
    period: Duration.minutes(5),
    ...options,
  });
}
