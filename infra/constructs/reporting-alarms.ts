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
  /** Who runs pg-headroom. */
  readonly topic: sns.ITopic;
}

const FIVE_MINUTES = Duration.minutes(5);
const { NOT_BREACHING, IGNORE } = cloudwatch.TreatMissingData;

/** Alarms about what all servers share: whether people are told, and what is remembered and kept. */
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
      says: 'The report function fails: what runs found and did may not reach people.',
      metric: metricOf('Errors', cloudwatch.Stats.SUM),
      // A function that is not invoked fails at nothing; whether results are missing is another alarm's question.
      missing: NOT_BREACHING,
    },
    {
      article: 'dead-letters',
      says: 'Results of runs wait in the dead-letter queue: nobody was told of them.',
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({
        statistic: cloudwatch.Stats.MAXIMUM,
        period: FIVE_MINUTES,
      }),
      // SQS falls silent about a queue that nobody touches for six hours: what lies in it still lies there.
      missing: IGNORE,
    },
    {
      article: 'report-slow',
      says: `The report function needs nearly the ${REPORT_TIMEOUT_SECONDS} s it has: soon messages are cut off.`,
      metric: metricOf('Duration', cloudwatch.Stats.MAXIMUM),
      when: {
        operator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        threshold: REPORT_TIMEOUT_SECONDS * 800,
      },
      // Not invoked is not slow.
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
      says: 'Memory cannot be read: runs on the schedule only observe, and nobody is told what is already known.',
      metric: metricOf('memoryUnreadable'),
      // Only sent when it happens.
      missing: NOT_BREACHING,
    },
    {
      article: 'records-not-kept',
      says: 'Records of runs are not kept: messages are sent, but link to nothing.',
      metric: metricOf('recordsNotKept'),
      // Only sent when it happens.
      missing: NOT_BREACHING,
    },
    {
      article: 'reports-cut-short',
      says: 'Parts of reports are left out: they failed, or took more time or memory than they may.',
      metric: metricOf('reportsCutShort'),
      // Only sent when it happens.
      missing: NOT_BREACHING,
    },
  ];
}
