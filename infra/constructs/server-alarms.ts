import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import {
  functionNameOf,
  METRIC_NAMESPACE,
  type METRICS_CHOICES,
  REMEDIATE_TIMEOUT_SECONDS,
  SERVER_DIMENSION,
  SERVER_METRICS,
} from '../../functions/contract.ts';
import { parseSchedule } from '../../functions/core/declaration/schedule-text.ts';
import { functionMetric, OwnAlarm, type OwnAlarmProps } from './own-alarm.ts';

export interface ServerAlarmsProps {
  /** What people call the server; its function is named after it. */
  readonly server: string;
  /** Who runs pg-headroom gets alarms about its runs. */
  readonly topic: sns.ITopic;
  /**
   * Who is on call gets one alarm, which opens when a run leaves something to a human and ends by itself. A topic that a
   * pager subscribes to; its policy must let our alarms publish.
   *
   * @default - none: the alarm is there, and notifies nobody; people get a message from `report` anyway
   */
  readonly pager?: sns.ITopic;
  /**
   * When sweeps run, as `ServerRemediation` has it.
   *
   * @default ScheduleExpression.rate(Duration.minutes(5))
   */
  readonly sweep?: ScheduleExpression | 'off';
  /**
   * Which metrics the server's runs are worth. With `none` there is nothing to tell a pager or a pause by, and so neither
   * alarm.
   *
   * @default few
   */
  readonly metrics?: (typeof METRICS_CHOICES)[number];
}

type Alarm = Omit<OwnAlarmProps, 'whose' | 'topic'>;

const FIVE_MINUTES = Duration.minutes(5);
const { NOT_BREACHING, BREACHING, IGNORE } = cloudwatch.TreatMissingData;
const { SUM, MAXIMUM } = cloudwatch.Stats;

/** Alarms about the runs for one server: the first five for who runs pg-headroom, the last one for pagers. */
export class ServerAlarms extends Construct {
  constructor(scope: Construct, id: string, props: ServerAlarmsProps) {
    super(scope, id);
    const { server, topic, pager, metrics = 'few' } = props;
    const add = (alarm: Alarm, to: sns.ITopic | undefined) =>
      new OwnAlarm(this, alarm.article, { whose: server, topic: to, ...alarm });
    for (const alarm of aboutRuns(props)) add(alarm, topic);
    if (metrics === 'none') return;
    add(paused(props), topic);
    add(unresolved(props), pager);
  }
}

function aboutRuns({ server, sweep }: ServerAlarmsProps): readonly Alarm[] {
  const metricOf = (name: string, statistic: string, period = FIVE_MINUTES) =>
    functionMetric(functionNameOf(server), name, { statistic, period });
  return [
    {
      article: 'runs-failing',
      says: `Runs for PostgreSQL server ${server} fail: nobody looks after it.`,
      metric: metricOf('Errors', SUM),
      // No run, no failure; that runs are missing is another alarm's question.
      missing: NOT_BREACHING,
    },
    {
      article: 'runs-missing',
      says: `Nothing ran for PostgreSQL server ${server} for three periods of its schedule: nobody looks after it.`,
      metric: metricOf('Invocations', SUM, longestSilence(sweep)),
      when: { operator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD, threshold: 1 },
      periods: 3,
      // A function that does not run sends nothing: silence is what this is about.
      missing: BREACHING,
    },
    {
      article: 'results-lost',
      says: `Results of runs for PostgreSQL server ${server} do not reach the report function: nobody is told.`,
      metric: metricOf('DestinationDeliveryFailures', SUM),
      // Only sent when it happens.
      missing: NOT_BREACHING,
    },
    {
      article: 'near-deadline',
      says: `A run for PostgreSQL server ${server} took nearly the ${REMEDIATE_TIMEOUT_SECONDS} s it has: its work was broken off, or soon will be.`,
      metric: metricOf('Duration', MAXIMUM),
      when: {
        operator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        threshold: REMEDIATE_TIMEOUT_SECONDS * 900,
      },
      // No run, no time taken.
      missing: NOT_BREACHING,
    },
  ];
}

function paused({ server, sweep }: ServerAlarmsProps): Alarm {
  return {
    article: 'paused',
    says: `Runs for PostgreSQL server ${server} are paused: they look, and terminate nobody.`,
    metric: runMetric(server, 'paused', SUM, longestSilence(sweep)),
    // From one run to the next nothing is sent, and runs come a little early or late: two fall into one period now and
    // then, and none into the next.
    periods: 2,
    periodsToAlarm: 1,
    // Only sent when it happens.
    missing: NOT_BREACHING,
  };
}

function unresolved({ server }: ServerAlarmsProps): Alarm {
  return {
    article: 'unresolved',
    says: `The last run for PostgreSQL server ${server} left it to a human: clients may be refused now.`,
    metric: runMetric(server, 'unresolved', MAXIMUM, FIVE_MINUTES),
    // Without a run there is no news, and the alarm stays as the last run left it.
    missing: IGNORE,
  };
}

function runMetric(
  server: string,
  name: keyof typeof SERVER_METRICS,
  statistic: string,
  period: Duration,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: METRIC_NAMESPACE,
    metricName: SERVER_METRICS[name],
    dimensionsMap: { [SERVER_DIMENSION]: server },
    statistic,
    period,
  });
}

/** From one event of the clock to the next: where sweeps are off or go by the clock, there is a daily one. */
function longestSilence(sweep: ServerAlarmsProps['sweep'] = ScheduleExpression.rate(FIVE_MINUTES)): Duration {
  const times = sweep === 'off' ? null : parseSchedule(sweep.expressionString);
  return times?.kind === 'rate' ? Duration.minutes(times.everyMinutes) : Duration.days(1);
}
