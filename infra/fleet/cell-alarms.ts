import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { FLEET_METRICS, METRIC_NAMESPACE, SERVICE_NAME } from '../../functions/contract.ts';
import { alarmNameOf } from '../constructs/alarm-names.ts';
import { OwnAlarm } from '../constructs/own-alarm.ts';
import { PERIOD_MINUTES } from './fleet-stack-props.ts';

export interface CellAlarmsProps {
  readonly dispatch: lambda.IFunction;
  readonly topic: sns.ITopic;
}

/** Periods that have to be unwell, or silent, before people are told. About a single one the database's own messages tell. */
const UNWELL_PERIODS = 3;

/** The two alarms of a cell, however many databases it has. */
export class CellAlarms extends Construct {
  constructor(scope: Construct, id: string, { dispatch, topic }: CellAlarmsProps) {
    super(scope, id);
    new OwnAlarm(this, 'Unwell', {
      whose: 'fleet',
      article: 'unwell',
      says: 'Databases of this cell are unwell for a quarter of an hour, or the dispatcher is silent.',
      metric: new cloudwatch.Metric({
        namespace: METRIC_NAMESPACE,
        metricName: FLEET_METRICS.unwell,
        dimensionsMap: { service: SERVICE_NAME },
        statistic: cloudwatch.Stats.MAXIMUM,
        period: Duration.minutes(PERIOD_MINUTES),
      }),
      periods: UNWELL_PERIODS,
      // The dispatcher sends it each period, also if it is 0. Nothing else would notice its silence.
      missing: cloudwatch.TreatMissingData.BREACHING,
      topic,
    });
    this.onFilters(dispatch);
  }

  /** For databases without a free subscription on their log group: any refusal makes the dispatcher sweep them at once. */
  private onFilters(dispatch: lambda.IFunction): void {
    const alarm = new cloudwatch.Alarm(this, 'Refusals', {
      alarmName: alarmNameOf('fleet', 'filters'),
      alarmDescription:
        'A database that has a metric filter refused clients. pg-headroom looks at all of these now; this alarm tells no person.',
      metric: new cloudwatch.Metric({
        namespace: METRIC_NAMESPACE,
        metricName: FLEET_METRICS.refusals,
        statistic: cloudwatch.Stats.SUM,
        period: Duration.minutes(1),
      }),
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new LambdaAction(dispatch));
  }
}
