import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import {
  METRIC_NAMESPACE,
  OWN_METRICS,
  REPORT_TIMEOUT_SECONDS,
  SERVICE_NAME,
} from '../../functions/contract.ts';
import { functionMetric, OwnAlarm, type OwnAlarmProps } from './own-alarm.ts';

export interface ReportingAlarmsProps {
  readonly report: lambda.IFunction;
  readonly deadLetters: sqs.IQueue;
  /** For the people who run pg-headroom. */
  readonly topic: sns.ITopic;
}

const FIVE_MINUTES = Duration.minutes(5);
const { NOT_BREACHING, IGNORE } = cloudwatch.TreatMissingData;

/** Alarms about what all servers share: messages to people, memory and records. */
export class ReportingAlarms extends Construct {
  readonly all: readonly cloudwatch.Alarm[];

  constructor(scope: Construct, id: string, props: ReportingAlarmsProps) {
    super(scope, id);
    this.all = [...aboutReport(props), ...aboutWhatLasts()].map(
      (alarm) =>
        new OwnAlarm(this, alarm.article, { whose: 'reporting', topic: props.topic, ...alarm }).alarm,
    );
  }
}

type Alarm = Omit<OwnAlarmProps, 'whose' | 'topic'>;

function aboutReport({ report, deadLetters }: ReportingAlarmsProps): readonly Alarm[] {
  const metricOf = (name: string, statistic: string) =>
    functionMetric(report.functionName, name, { statistic, period: FIVE_MINUTES });
  return [
    {
      article: 'report-failing',
      says: 'The report function fails: people may not get the messages about runs.',
      metric: metricOf('Errors', cloudwatch.Stats.SUM),
      // A function that is not invoked does not fail. Missing results have an alarm of their own.
      missing: NOT_BREACHING,
    },
    {
      article: 'dead-letters',
      says: 'Results of runs are in the dead-letter queue: no message about them was sent.',
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({
        statistic: cloudwatch.Stats.MAXIMUM,
        period: FIVE_MINUTES,
      }),
      // SQS sends no metrics for a queue without use for six hours, but messages may still be in it.
      missing: IGNORE,
    },
    {
      article: 'report-slow',
      says: `The report function takes nearly ${REPORT_TIMEOUT_SECONDS} s, which is its limit: messages will soon be lost.`,
      metric: metricOf('Duration', cloudwatch.Stats.MAXIMUM),
      when: {
        operator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        threshold: REPORT_TIMEOUT_SECONDS * 800,
      },
      // A function that is not invoked is not slow.
      missing: NOT_BREACHING,
    },
  ];
}

function aboutWhatLasts(): readonly Alarm[] {
  const metricOf = (name: keyof typeof OWN_METRICS) =>
    new cloudwatch.Metric({
      namespace: METRIC_NAMESPACE,
      metricName: OWN_METRICS[name],
      dimensionsMap: { service: SERVICE_NAME },
      statistic: cloudwatch.Stats.SUM,
      period: FIVE_MINUTES,
    });
  return [
    {
      article: 'memory-unreadable',
      says: 'The memory table cannot be read: scheduled runs only observe, and messages do not know earlier runs.',
      metric: metricOf('memoryUnreadable'),
      // The metric is sent only when it happens.
      missing: NOT_BREACHING,
    },
    {
      article: 'records-not-kept',
      says: 'Records of runs are not kept: messages are sent, but without a link to a record.',
      metric: metricOf('recordsNotKept'),
      // The metric is sent only when it happens.
      missing: NOT_BREACHING,
    },
    {
      article: 'reports-cut-short',
      says: 'Parts of reports are left out, because they failed or exceeded their limit of time or memory.',
      metric: metricOf('reportsCutShort'),
      // The metric is sent only when it happens.
      missing: NOT_BREACHING,
    },
  ];
}
