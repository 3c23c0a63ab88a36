import { describe, expect, test } from 'vitest';
import { METRIC_NAMESPACE } from '../../functions/contract.ts';
import { refusalPattern } from '../../infra/constructs/refusal-wording.ts';
import { theOnly } from './synthesis.ts';
import { example, functionArn, templates } from './two-servers.ts';

describe('the alarm on refusals', () => {
  const [, filter] = theOnly(templates.servers, 'AWS::Logs::MetricFilter', 'orders');
  const [alarmId, alarm] = theOnly(templates.servers, 'AWS::CloudWatch::Alarm', 'ordersRemediationRefusals');

  test("counts each wording in the server's log, any of them being enough", () => {
    expect(filter.Properties.LogGroupName).toBe(example.logGroup);
    expect(filter.Properties.FilterPattern).toBe(refusalPattern().logPatternString);
  });

  test('watches the metric of this server alone, a minute at a time', () => {
    const metric = { MetricName: 'Refusals/orders' };
    expect(filter.Properties.MetricTransformations).toEqual([
      { ...metric, MetricNamespace: METRIC_NAMESPACE, MetricValue: '1', DefaultValue: 0, Unit: 'Count' },
    ]);
    expect(alarm.Properties).toMatchObject({
      ...metric,
      Namespace: METRIC_NAMESPACE,
      Statistic: 'Sum',
      Period: 60,
    });
    const [, other] = theOnly(templates.servers, 'AWS::CloudWatch::Alarm', 'billingRemediationRefusals');
    expect(other.Properties.MetricName).toBe('Refusals/billing');
  });

  test('fires on the first refusal and treats silence as health', () => {
    expect(alarm.Properties).toMatchObject({
      AlarmName: 'pg-headroom-orders-refusals',
      AlarmDescription: expect.stringContaining('/aws/rds/instance/orders/postgresql'),
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
      TreatMissingData: 'notBreaching',
    });
  });

  test('invokes the function of its server, and may', () => {
    expect(alarm.Properties.AlarmActions).toEqual([functionArn]);
    const [, permission] = theOnly(templates.servers, 'AWS::Lambda::Permission', 'orders');
    expect(permission.Properties).toEqual({
      Action: 'lambda:InvokeFunction',
      FunctionName: functionArn,
      Principal: 'lambda.alarms.cloudwatch.amazonaws.com',
      SourceAccount: { Ref: 'AWS::AccountId' },
      SourceArn: { 'Fn::GetAtt': [alarmId, 'Arn'] },
    });
  });
});
