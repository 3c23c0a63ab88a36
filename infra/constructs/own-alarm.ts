import type { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { alarmNameOf, whatToDo } from './alarm-names.ts';

export interface OwnAlarmProps {
  /** The name of a server, or `reporting`. */
  readonly whose: string;
  /** Its article in the runbook. The alarm's name ends with it. */
  readonly article: string;
  /** Its meaning, as a sentence. */
  readonly says: string;
  readonly metric: cloudwatch.IMetric;
  /** @default - at least 1 */
  readonly when?: { readonly operator: cloudwatch.ComparisonOperator; readonly threshold: number };
  /** @default 1 */
  readonly periods?: number;
  /**
   * The number of periods that must breach.
   *
   * @default - all of them
   */
  readonly periodsToAlarm?: number;
  readonly missing: cloudwatch.TreatMissingData;
  /** The topic that gets the alarm and its end; undefined for an alarm that notifies no one. */
  readonly topic: sns.ITopic | undefined;
}

const AT_LEAST_ONE = {
  operator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  threshold: 1,
};

/** An alarm about pg-headroom itself. Its text leads to its article in the runbook. */
export class OwnAlarm extends Construct {
  readonly alarm: cloudwatch.Alarm;

  constructor(scope: Construct, id: string, props: OwnAlarmProps) {
    super(scope, id);
    const { whose, article, says, metric, when = AT_LEAST_ONE, missing, topic } = props;
    const { periods = 1, periodsToAlarm = periods } = props;
    this.alarm = new cloudwatch.Alarm(this, 'Alarm', {
      alarmName: alarmNameOf(whose, article),
      alarmDescription: `${says} ${whatToDo(article)}`,
      metric,
      comparisonOperator: when.operator,
      threshold: when.threshold,
      evaluationPeriods: periods,
      datapointsToAlarm: periodsToAlarm,
      treatMissingData: missing,
    });
    if (topic === undefined) return;
    this.alarm.addAlarmAction(new SnsAction(topic));
    this.alarm.addOkAction(new SnsAction(topic));
  }
}

/** A metric of a function that Lambda itself records, at no cost. */
export function functionMetric(
  functionName: string,
  metricName: string,
  options: { readonly statistic: string; readonly period: Duration },
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'AWS/Lambda',
    metricName,
    dimensionsMap: { FunctionName: functionName },
    ...options,
  });
}
