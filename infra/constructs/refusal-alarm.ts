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
  /** The server's name in messages and names. */
  readonly server: string;
  /** The log group to which the server's log is exported. */
  readonly logGroup: logs.ILogGroup;
  /** Invoked when the server refused a client. */
  readonly remediate: lambda.IFunction;
}

/**
 * From a refusal in the server's log to an invocation, in one to three minutes. The filter cannot leave out refusals of our
 * own role, because CloudWatch ignores `?` terms beside an excluding term. So a run that is itself refused may raise the
 * alarm once more. The run of that alarm finds in memory that only our own tries were counted, and ends muted.
 */
export class RefusalAlarm extends Construct {
  /** Refused clients per minute. */
  readonly metric: cloudwatch.Metric;
  readonly alarm: cloudwatch.Alarm;

  constructor(scope: Construct, id: string, props: RefusalAlarmProps) {
    super(scope, id);
    this.metric = this.countRefusals(props);
    this.alarm = this.alarmOnAny(props);
    // Without an id of its own, the permission of a second alarm on the same function would collide with this one.
    this.alarm.addAlarmAction(new LambdaAction(props.remediate, { useUniquePermissionId: true }));
  }

  /** A filter on plain text cannot set dimensions, so the server is part of the metric's name. */
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
      // Metric filters report once a minute. A shorter period brings nothing, a longer one delays.
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
      // A server without log lines refuses no client. As missing data, the alarm would not return to OK and so could not
      // start another run.
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }
}
