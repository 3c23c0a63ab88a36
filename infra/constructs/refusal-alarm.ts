import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { METRIC_NAMESPACE, REFUSALS_METRIC } from '../../functions/contract.ts';
import { alarmNameOf } from './alarm-names.ts';
import { refusalDescription, refusalPattern } from './refusal-wording.ts';

export interface RefusalAlarmProps {
  /** What people call the server. */
  readonly server: string;
  /** The log group to which the server's log is exported. */
  readonly logGroup: logs.ILogGroup;
  /** Invoked when a client was refused. */
  readonly remediate: lambda.IFunction;
}

/**
 * From a refusal in the server's log to an invocation, in one to three minutes. The filter cannot leave out refusals of
 * our own role: CloudWatch ignores `?` terms beside an excluding one. A run that is refused itself may so raise the alarm once
 * more; the run of that alarm finds in memory that our own tries alone were counted, and ends muted.
 */
export class RefusalAlarm extends Construct {
  /** Clients refused, per minute. */
  readonly metric: cloudwatch.Metric;
  readonly alarm: cloudwatch.Alarm;

  constructor(scope: Construct, id: string, props: RefusalAlarmProps) {
    super(scope, id);
    this.metric = this.countRefusals(props);
    this.alarm = this.alarmOnAny(props);
    // Without its own id, a second alarm on the same function collides with this permission.
    this.alarm.addAlarmAction(new LambdaAction(props.remediate, { useUniquePermissionId: true }));
  }

  /** A pattern on plain text can have no dimensions, so the server is part of the metric's name. */
  private countRefusals({ server, logGroup }: RefusalAlarmProps): cloudwatch.Metric {
    const metricName = `${REFUSALS_METRIC}/${server}`;
    new logs.MetricFilter(this, 'Filter', {
      logGroup,
      filterPattern: refusalPattern(),
      metricNamespace: METRIC_NAMESPACE,
      metricName,
      metricValue: '1',
      defaultValue: 0,
      unit: cloudwatch.Unit.COUNT,
    });
    return new cloudwatch.Metric({
      namespace: METRIC_NAMESPACE,
      metricName,
      statistic: cloudwatch.Stats.SUM,
      // Metric filters report once a minute: shorter buys nothing, longer waits.
      period: Duration.minutes(1),
    });
  }

  private alarmOnAny({ server, logGroup }: RefusalAlarmProps): cloudwatch.Alarm {
    return new cloudwatch.Alarm(this, 'Alarm', {
      alarmName: alarmNameOf(server, 'refusals'),
      alarmDescription: refusalDescription(server, logGroup),
      metric: this.metric,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      // A server that logs nothing refuses nobody; as missing data the alarm would never return to OK and never act again.
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }
}
