import { RemediationError } from '../core/base/errors.ts';
import { sdkFailureText } from './sdk-failure.ts';

const MAX_ATTEMPTS = 2;
const WITHIN_MS = 5_000;
const MINUTE_MS = 60_000;
/** A database waits for five minutes at least before it pauses. The alarm comes some minutes after the line. */
const LATELY_MS = 10 * MINUTE_MS;
/** As many as one request takes. */
const MOST_GROUPS = 500;

/**
 * The log groups that got a line in the last minutes, by the count that CloudWatch Logs keeps of each. A group without data got
 * no line. A group whose count is not complete may have got one. @throws RemediationError `logs-refused`.
 */
export async function wroteLately(groups: readonly string[], now: number): Promise<ReadonlySet<string>> {
  const { CloudWatchClient, paginateGetMetricData } = await import('./cloudwatch.ts');
  const client = new CloudWatchClient({ maxAttempts: MAX_ATTEMPTS });
  const options = { abortSignal: AbortSignal.timeout(WITHIN_MS) };
  const wrote = new Set<string>();
  try {
    for (let from = 0; from < groups.length; from += MOST_GROUPS) {
      const asked = groups.slice(from, from + MOST_GROUPS);
      const query = queryFor(asked, now);
      for await (const { MetricDataResults = [] } of paginateGetMetricData({ client }, query, options))
        for (const { Id, Values = [], StatusCode } of MetricDataResults) {
          const group = asked[Number(Id?.slice(1))];
          const isKnown = StatusCode === 'Complete' || StatusCode === 'PartialData';
          if (group !== undefined && (!isKnown || Values.some((lines) => lines > 0))) wrote.add(group);
        }
    }
    return wrote;
  } catch (thrown) {
    const message = `CloudWatch did not say which log groups got lines (${sdkFailureText(thrown, WITHIN_MS)}): check that cloudwatch:GetMetricData is allowed to the dispatcher.`;
    throw new RemediationError('logs-refused', message, { cause: thrown });
  } finally {
    client.destroy();
  }
}

function queryFor(groups: readonly string[], now: number) {
  return {
    StartTime: new Date(now - LATELY_MS),
    EndTime: new Date(now + MINUTE_MS),
    MetricDataQueries: groups.map((Value, at) => ({
      Id: `g${at}`,
      MetricStat: {
        Metric: {
          Namespace: 'AWS/Logs',
          MetricName: 'IncomingLogEvents',
          Dimensions: [{ Name: 'LogGroupName', Value }],
        },
        Period: MINUTE_MS / 1_000,
        Stat: 'Sum',
      },
    })),
  };
}
