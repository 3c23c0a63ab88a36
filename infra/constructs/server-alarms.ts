import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { functionNameOf, type METRICS_CHOICES, REMEDIATE_TIMEOUT_SECONDS } from '../../functions/contract.ts';
import { parseSchedule } from '../../functions/core/declaration/schedule-text.ts';
import { functionMetric, OwnAlarm, type OwnAlarmProps } from './own-alarm.ts';
import { serverMetric } from './server-metric.ts';
import type { WarningsProps } from './warnings-props.ts';

export interface ServerAlarmsProps {
  /** The server's name in messages and names. The name of its function contains it. */
  readonly server: string;
  /** The topic of the people who run pg-headroom: it gets the alarms about runs. */
  readonly topic: sns.ITopic;
  /**
   * A topic that a pager subscribes to. On-call people get one alarm there, which starts when a run leaves something to a
   * person and ends by itself. The topic's policy must let our alarms publish.
   *
   * @default - none: the alarm exists but notifies no one; people still get the messages of `report`
   */
  readonly pager?: sns.ITopic;
  /**
   * When scheduled runs start, as for `ServerRemediation`.
   *
   * @default ScheduleExpression.rate(Duration.minutes(5))
   */
  readonly sweep?: ScheduleExpression | 'off';
  /** How people are warned before the server is full. With `off` there is no alarm about it. */
  readonly warnings?: WarningsProps | 'off';
  /**
   * Which metrics are sent for the server's runs. Where they are given beside a pager, it gets a second alarm, which lasts as
   * long as people are warned that the server fills up. With `none` no metric shows a pause or an unresolved run, so both alarms
   * are left out.
   *
   * @default few
   */
  readonly metrics?: (typeof METRICS_CHOICES)[number];
}

type Alarm = Omit<OwnAlarmProps, 'whose' | 'topic'>;

const FIVE_MINUTES = Duration.minutes(5);
const { NOT_BREACHING, BREACHING, IGNORE } = cloudwatch.TreatMissingData;
const { SUM, MAXIMUM } = cloudwatch.Stats;

/**
 * Alarms about the runs for one server. The first five go to the people who run pg-headroom, the others to pagers.
 */
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
    // The warning itself is our message. People who give both want to be paged for it as well.
    if (pager !== undefined && props.metrics !== undefined && props.warnings !== 'off')
      add(fillingUp(props), pager);
  }
}

function aboutRuns({ server, sweep }: ServerAlarmsProps): readonly Alarm[] {
  const metricOf = (name: string, statistic: string, period = FIVE_MINUTES) =>
    functionMetric(functionNameOf(server), name, { statistic, period });
  return [
    {
      article: 'runs-failing',
      says: `Runs for PostgreSQL server ${server} fail: its slots are not looked after.`,
      metric: metricOf('Errors', SUM),
      // Without a run nothing fails. Missing runs have an alarm of their own.
      missing: NOT_BREACHING,
    },
    {
      article: 'runs-missing',
      says: `No run for PostgreSQL server ${server} in three periods of its schedule: its slots are not looked after.`,
      metric: metricOf('Invocations', SUM, longestSilence(sweep)),
      when: { operator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD, threshold: 1 },
      periods: 3,
      // A function that does not run sends no data, which is what this alarm looks for.
      missing: BREACHING,
    },
    {
      article: 'results-lost',
      says: `Results of runs for PostgreSQL server ${server} do not reach the report function: no message is sent.`,
      metric: metricOf('DestinationDeliveryFailures', SUM),
      // The metric is sent only when it happens.
      missing: NOT_BREACHING,
    },
    {
      article: 'near-deadline',
      says: `A run for PostgreSQL server ${server} took nearly ${REMEDIATE_TIMEOUT_SECONDS} s, which is its limit: runs stop before their work is done, or will soon.`,
      metric: metricOf('Duration', MAXIMUM),
      when: {
        operator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        threshold: REMEDIATE_TIMEOUT_SECONDS * 900,
      },
      // Without a run there is no duration.
      missing: NOT_BREACHING,
    },
  ];
}

function paused({ server, sweep }: ServerAlarmsProps): Alarm {
  return {
    article: 'paused',
    says: `Runs for PostgreSQL server ${server} are paused: they observe and terminate no session.`,
    metric: serverMetric(server, 'paused', SUM, { period: longestSilence(sweep) }),
    // Each run sends one value, and runs start a little early or late. So now and then two fall into one period and none
    // into the next.
    periods: 2,
    periodsToAlarm: 1,
    // The metric is sent only when it happens.
    missing: NOT_BREACHING,
  };
}

function unresolved({ server }: ServerAlarmsProps): Alarm {
  return {
    article: 'unresolved',
    says: `The last run for PostgreSQL server ${server} could not solve the problem: clients may be refused now, and a person has to act.`,
    metric: serverMetric(server, 'unresolved', MAXIMUM, { period: FIVE_MINUTES }),
    // Without a run nothing is known, so the alarm stays as the last run left it.
    missing: IGNORE,
  };
}

function fillingUp({ server, sweep }: ServerAlarmsProps): Alarm {
  return {
    article: 'filling-up',
    says: `PostgreSQL server ${server} fills up: no client is refused yet, and a message says which program grows.`,
    metric: serverMetric(server, 'warned', MAXIMUM, { period: longestSilence(sweep) }),
    // The metric is sent only while people are warned, and runs start a little early or late.
    periods: 2,
    periodsToAlarm: 1,
    missing: NOT_BREACHING,
  };
}

/**
 * The longest time between two scheduled events. If scheduled runs are off or follow a cron expression, there is a daily
 * event.
 */
function longestSilence(sweep: ServerAlarmsProps['sweep'] = ScheduleExpression.rate(FIVE_MINUTES)): Duration {
  const times = sweep === 'off' ? null : parseSchedule(sweep.expressionString);
  return times?.kind === 'rate' ? Duration.minutes(times.everyMinutes) : Duration.days(1);
}
