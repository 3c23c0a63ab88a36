import { METRIC_NAMESPACE, REFUSALS_METRIC } from '../../functions/contract.ts';

/** The event of a CloudWatch metric alarm, as it invokes a function directly when its metric filter has counted refusals. */
export function refusalAlarm(server: string, refusals: number, at: Date): object {
  const alarmName = `pg-headroom-${server}-refusals`;
  const time = at.toISOString().replace('Z', '+0000');
  const period = new Date(Math.floor(at.getTime() / 60_000) * 60_000).toISOString().replace('Z', '+0000');
  const reason = `Threshold Crossed: 1 out of the last 1 datapoints [${refusals}.0] was greater than or equal to the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition).`;
  const reasonData = {
    version: '1.0',
    queryDate: time,
    startDate: period,
    statistic: 'Sum',
    period: 60,
    recentDatapoints: [refusals],
    threshold: 1,
    evaluatedDatapoints: [{ timestamp: period, sampleCount: refusals, value: refusals }],
  };
  return {
    source: 'aws.cloudwatch',
    alarmArn: `arn:aws:cloudwatch:eu-west-1:111122223333:alarm:${alarmName}`,
    accountId: '111122223333',
    time,
    region: 'eu-west-1',
    alarmData: {
      alarmName,
      state: { value: 'ALARM', reason, reasonData: JSON.stringify(reasonData), timestamp: time },
      previousState: { value: 'OK', reason: 'no datapoints were received', timestamp: period },
      configuration: {
        metrics: [
          {
            id: 'm1',
            metricStat: {
              metric: { namespace: METRIC_NAMESPACE, name: `${REFUSALS_METRIC}/${server}`, dimensions: {} },
              period: 60,
              stat: 'Sum',
            },
            returnData: true,
          },
        ],
      },
    },
  };
}
