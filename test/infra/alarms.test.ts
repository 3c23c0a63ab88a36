import { Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, test } from 'vitest';
import {
  METRIC_NAMESPACE,
  OWN_METRICS,
  REMEDIATE_TIMEOUT_SECONDS,
  REPORT_TIMEOUT_SECONDS,
} from '../../functions/contract.ts';
import { ServerAlarms, type ServerAlarmsProps } from '../../infra/constructs/server-alarms.ts';
import { reportingStack } from './reporting.ts';
import { ARTICLES } from './runbook.ts';
import { aServer, type Resource, resources, synthesizeAll, theOnly, withApp } from './synthesis.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:people';
const PAGER = 'arn:aws:sns:eu-west-1:111122223333:pager';

type Alarms = Readonly<Record<string, Resource['Properties']>>;

/** Alarms by what follows the name of whom they are about. */
function alarmsIn(template: Template, whose: string): Alarms {
  const prefix = `pg-headroom-${whose}-`;
  return Object.fromEntries(
    resources(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => {
      const name = String(Properties.AlarmName);
      expect(name.startsWith(prefix)).toBe(true);
      return [name.slice(prefix.length), Properties];
    }),
  );
}

function serverAlarms(props: Partial<ServerAlarmsProps> = {}, hasPager = true): Alarms {
  return withApp((app) => {
    const stack = new Stack(app, 'Servers');
    new ServerAlarms(stack, 'Alarms', {
      server: 'orders',
      topic: Topic.fromTopicArn(stack, 'People', TOPIC),
      ...(hasPager ? { pager: Topic.fromTopicArn(stack, 'Pager', PAGER) } : {}),
      ...props,
    });
    return alarmsIn(Template.fromStack(stack), 'orders');
  });
}

const reporting = reportingStack();
const ofReporting = alarmsIn(reporting, 'reporting');
const ofServer = serverAlarms({ metrics: 'few' });
const all = Object.entries({ ...ofReporting, ...ofServer });
const lambdaMetric = (MetricName: string, functionName: unknown) => ({
  Namespace: 'AWS/Lambda',
  MetricName,
  Dimensions: [{ Name: 'FunctionName', Value: functionName }],
});

describe('every alarm about ourselves', () => {
  test('is one of these', () => {
    const articles = [
      'report-failing',
      'dead-letters',
      'report-slow',
      'memory-unreadable',
      'records-not-kept',
      'reports-cut-short',
    ];
    expect(Object.keys(ofReporting).toSorted()).toEqual(articles.toSorted());
    const ofRuns = [
      'runs-failing',
      'runs-missing',
      'results-lost',
      'near-deadline',
      'paused',
      'unresolved',
      'filling-up',
    ];
    expect(Object.keys(ofServer).toSorted()).toEqual(ofRuns.toSorted());
  });

  test.each(all)('%s leads to its article, which describes, investigates and resolves', (article, alarm) => {
    expect(alarm.AlarmDescription).toMatch(
      new RegExp(`\\. What to do: docs/operate/runbook\\.md#${article}$`),
    );
    const found = ARTICLES.find(({ anchor }) => anchor === article);
    expect(found?.sections).toEqual(['Description', 'Investigation', 'Resolution']);
  });

  test.each(all.filter(([article]) => article !== 'unresolved' && article !== 'filling-up'))(
    '%s tells who runs pg-headroom, and when it is over',
    (article, alarm) => {
      const [topicId] = theOnly(reporting, 'AWS::SNS::Topic');
      const topic = [article in ofReporting ? { Ref: topicId } : TOPIC];
      expect(alarm).toMatchObject({ AlarmActions: topic, OKActions: topic });
    },
  );
});

describe('alarms about reporting', () => {
  const [reportId] = theOnly(reporting, 'AWS::Lambda::Function');
  const report = { Ref: reportId };
  const own = (name: keyof typeof OWN_METRICS) => ({
    Namespace: METRIC_NAMESPACE,
    MetricName: OWN_METRICS[name],
    Dimensions: [{ Name: 'service', Value: 'pg-headroom' }],
  });
  const once = { ComparisonOperator: 'GreaterThanOrEqualToThreshold', Threshold: 1, EvaluationPeriods: 1 };

  test.each([
    ['report-failing', { ...lambdaMetric('Errors', report), ...once, Statistic: 'Sum' }],
    ['memory-unreadable', { ...own('memoryUnreadable'), ...once, Statistic: 'Sum' }],
    ['reports-cut-short', { ...own('reportsCutShort'), ...once, Statistic: 'Sum' }],
    ['records-not-kept', { ...own('recordsNotKept'), ...once, Statistic: 'Sum' }],
    [
      'report-slow',
      { ...lambdaMetric('Duration', report), Statistic: 'Maximum', Threshold: REPORT_TIMEOUT_SECONDS * 800 },
    ],
  ])('%s: silence means that it did not happen', (article, expected) => {
    expect(ofReporting[article]).toMatchObject({ ...expected, TreatMissingData: 'notBreaching' });
  });

  test('dead-letters: when SQS falls silent, what lies there still lies there', () => {
    const [queueId] = theOnly(reporting, 'AWS::SQS::Queue');
    expect(ofReporting['dead-letters']).toMatchObject({
      ...once,
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queueId, 'QueueName'] } }],
      Statistic: 'Maximum',
      TreatMissingData: 'ignore',
    });
  });
});

describe("alarms about a server's runs", () => {
  const server = { Namespace: METRIC_NAMESPACE, Dimensions: [{ Name: 'server', Value: 'orders' }] };

  test.each([
    ['runs-failing', { ...lambdaMetric('Errors', 'pg-headroom-orders'), Statistic: 'Sum', Threshold: 1 }],
    ['results-lost', { ...lambdaMetric('DestinationDeliveryFailures', 'pg-headroom-orders'), Threshold: 1 }],
    [
      'near-deadline',
      { ...lambdaMetric('Duration', 'pg-headroom-orders'), Threshold: REMEDIATE_TIMEOUT_SECONDS * 900 },
    ],
    [
      'paused',
      {
        ...server,
        MetricName: 'Paused',
        Statistic: 'Sum',
        Threshold: 1,
        EvaluationPeriods: 2,
        DatapointsToAlarm: 1,
      },
    ],
  ])('%s: silence means that it did not happen', (article, expected) => {
    expect(ofServer[article]).toMatchObject({ ...expected, TreatMissingData: 'notBreaching' });
  });

  test('runs-missing: silence is what it is about', () => {
    expect(ofServer['runs-missing']).toMatchObject({
      ...lambdaMetric('Invocations', 'pg-headroom-orders'),
      Statistic: 'Sum',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 3,
      TreatMissingData: 'breaching',
    });
  });

  test.each([
    ['every five minutes by default', undefined, 300],
    ['at their rate', ScheduleExpression.rate(Duration.hours(2)), 7_200],
    ['daily by the heartbeat where they go by the clock', ScheduleExpression.cron({ hour: '3' }), 86_400],
    ['daily by the heartbeat where they are off', 'off', 86_400],
  ] as const)('runs-missing and paused expect runs %s', (_, sweep, period) => {
    const alarms = serverAlarms(sweep === undefined ? {} : { sweep });
    expect(alarms['runs-missing']?.Period).toBe(period);
    expect(alarms.paused?.Period).toBe(period);
  });

  test('unresolved: the pager hears what the last run left to a human, until a run leaves nothing', () => {
    expect(ofServer.unresolved).toMatchObject({
      ...server,
      MetricName: 'Unresolved',
      Statistic: 'Maximum',
      Period: 300,
      Threshold: 1,
      TreatMissingData: 'ignore',
      AlarmActions: [PAGER],
      OKActions: [PAGER],
    });
  });

  test('filling-up: the pager hears that people are warned, for as long as they are', () => {
    expect(ofServer['filling-up']).toMatchObject({
      ...server,
      MetricName: 'Warned',
      Statistic: 'Maximum',
      Period: 300,
      Threshold: 1,
      EvaluationPeriods: 2,
      DatapointsToAlarm: 1,
      TreatMissingData: 'notBreaching',
      AlarmActions: [PAGER],
      OKActions: [PAGER],
    });
  });

  test.each([
    ['no pager is declared', { metrics: 'few' }, false],
    ['metrics are not declared', {}, true],
    ['no metric is sent', { metrics: 'none' }, true],
    ['people are not warned', { metrics: 'few', warnings: 'off' }, true],
  ] as const)('filling-up is left out where %s: the message is the one voice', (_, props, hasPager) => {
    expect(serverAlarms(props, hasPager)).not.toHaveProperty(['filling-up']);
  });

  test('unresolved notifies no topic without a pager', () => {
    expect(serverAlarms({}, false).unresolved).not.toHaveProperty('AlarmActions');
  });

  test('without metrics there is nothing to tell pauses and pagers by', () => {
    expect(Object.keys(serverAlarms({ metrics: 'none' })).toSorted()).toEqual(
      ['near-deadline', 'results-lost', 'runs-failing', 'runs-missing'].toSorted(),
    );
  });
});

describe('every alarm that can be declared', () => {
  const host = (name: string) => ({ name, host: `${name}.example.com`, stack: 0 });
  const templates = synthesizeAll({
    servers: [aServer(host('by-metric')), aServer({ ...host('by-query'), alarm: 'log-alarm' })],
  });
  const declared = [...templates.values()]
    .flatMap((template) => [
      ...resources(template, 'AWS::CloudWatch::Alarm'),
      ...resources(template, 'AWS::CloudWatch::LogAlarm'),
    ])
    .map(([, { Properties }]) => Properties);

  test('has a name of its own, by which topics and keys know it', () => {
    const names = declared.map(({ AlarmName }) => String(AlarmName));
    expect(names).toHaveLength(6 + 2 * 7);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^pg-headroom-/);
  });

  test('says what missing data means, and leads to an article', () => {
    for (const { TreatMissingData, AlarmDescription } of declared) {
      expect(TreatMissingData).toMatch(/^(breaching|notBreaching|ignore)$/);
      const [, anchor] = /docs\/operate\/runbook\.md#([a-z-]+)$/.exec(String(AlarmDescription)) ?? [];
      expect(ARTICLES.map((article) => article.anchor)).toContain(anchor);
    }
  });
});
