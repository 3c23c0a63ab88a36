import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { RemediationError } from '../core/base/errors.ts';
import { rdsHost } from '../core/declaration/rds-host.ts';
import type { VendedCount } from '../report/report-ports.ts';
import { sdkFailureText } from './sdk-failure.ts';

const MAX_ATTEMPTS = 2;
const WITHIN_MS = 3_000;
const HOUR_MS = 3_600_000;
const DAYS = 22;

/**
 * The highest `DatabaseConnections` of each hour in the last three weeks, which one answer holds.
 * @throws RemediationError `past-unreadable`.
 */
export async function vendedConnections(host: string, now: number): Promise<readonly VendedCount[]> {
  const named = rdsHost(host);
  if (named === null) return [];
  const { instance, region } = named;
  const client = new CloudWatchClient({
    maxAttempts: MAX_ATTEMPTS,
    ...(region !== null && { region }),
  });
  try {
    const abortSignal = AbortSignal.timeout(WITHIN_MS);
    const { MetricDataResults = [] } = await client.send(queryFor(instance, now), { abortSignal });
    return MetricDataResults.flatMap(({ Timestamps = [], Values = [] }) =>
      Timestamps.flatMap((time, index) => {
        const [at, used] = [time.getTime(), Math.round(Values[index] ?? Number.NaN)];
        return Number.isFinite(at) && used >= 0 ? [{ at, used }] : [];
      }),
    );
  } catch (thrown) {
    const message = `CloudWatch did not say how many connections ${host} had in the last three weeks (${sdkFailureText(thrown, WITHIN_MS)}): check that cloudwatch:GetMetricData is allowed to the report function. Until then only its own counts say what is usual.`;
    throw new RemediationError('past-unreadable', message, { cause: thrown });
  } finally {
    client.destroy();
  }
}

function queryFor(instance: string, now: number): GetMetricDataCommand {
  const end = Math.ceil(now / HOUR_MS) * HOUR_MS;
  const Metric = {
    Namespace: 'AWS/RDS',
    MetricName: 'DatabaseConnections',
    Dimensions: [{ Name: 'DBInstanceIdentifier', Value: instance }],
  };
  const MetricStat = { Metric, Period: HOUR_MS / 1_000, Stat: 'Maximum' };
  return new GetMetricDataCommand({
    StartTime: new Date(end - DAYS * 24 * HOUR_MS),
    EndTime: new Date(end),
    ScanBy: 'TimestampAscending',
    MetricDataQueries: [{ Id: 'connections', MetricStat }],
  });
}
