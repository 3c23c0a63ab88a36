import { describe, expect, test } from 'vitest';
import { parseReportConfig } from '../../functions/config/config.ts';
import { parseDeclaration } from '../../infra/stacks/declaration.ts';
import { problemsOf } from './problems.ts';
import { aServer, resources, synthesizeAll, theOnly } from './synthesis.ts';

const topic = (name: string) => `arn:aws:sns:eu-west-1:111122223333:${name}`;
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d';
const stacksWith = (reporting: object, server: Readonly<Record<string, unknown>> = {}) => {
  const templates = [...synthesizeAll({ servers: [aServer(server)], reporting }).values()];
  const [reports, servers] = templates;
  if (reports === undefined || servers === undefined) throw new Error('Two stacks are expected.');
  return { reports, servers };
};

describe('a declared reporting', () => {
  const { reports, servers } = stacksWith({
    people: { topicArn: topic('on-call'), keyArn: KEY },
    emails: ['dba@example.com'],
    chat: { topicArn: topic('rooms') },
    pager: { topicArn: topic('pager') },
    keepRecordsDays: 30,
  });
  const [, report] = theOnly(reports, 'AWS::Lambda::Function');

  test("publishes to the topics that are there, by the key that people's has", () => {
    expect(report.Properties.Environment).toMatchObject({
      Variables: { HEADROOM_TOPIC: topic('on-call'), HEADROOM_CHAT_TOPIC: topic('rooms') },
    });
    expect(resources(reports, 'AWS::SNS::Topic')).toEqual([]);
    expect(JSON.stringify(resources(reports, 'AWS::IAM::Policy'))).toContain(KEY);
  });

  test('names the topic of chat rooms where there is one', () => {
    expect(reports.findOutputs('ChatTopicArn')).toMatchObject({ ChatTopicArn: { Value: topic('rooms') } });
    expect(stacksWith({}).reports.findOutputs('ChatTopicArn')).toEqual({});
  });

  test('subscribes mail addresses, and keeps records as long as it says', () => {
    const [, subscription] = theOnly(reports, 'AWS::SNS::Subscription');
    expect(subscription.Properties).toMatchObject({
      Endpoint: 'dba@example.com',
      TopicArn: topic('on-call'),
    });
    const [, bucket] = theOnly(reports, 'AWS::S3::Bucket');
    expect(JSON.stringify(bucket.Properties.LifecycleConfiguration)).toContain('"ExpirationInDays":30');
  });

  test('lets the alarm on unresolved outcomes, and no other, reach pagers', () => {
    const paging = resources(servers, 'AWS::CloudWatch::Alarm').filter(([, { Properties }]) =>
      JSON.stringify(Properties.AlarmActions ?? []).includes(topic('pager')),
    );
    expect(paging.map(([, { Properties }]) => Properties.AlarmName)).toEqual([
      'pg-headroom-orders-unresolved',
    ]);
  });
});

describe('what a server declares for reporting', () => {
  test('reaches its function and its alarms: without metrics there is nothing to tell an outcome by', () => {
    const { servers } = stacksWith({}, { metrics: 'none' });
    const [, { Properties }] = theOnly(servers, 'AWS::Lambda::Function');
    expect(Properties.Environment).toMatchObject({ Variables: { HEADROOM_METRICS: 'none' } });
    const names = resources(servers, 'AWS::CloudWatch::Alarm').map(([, alarm]) => alarm.Properties.AlarmName);
    expect(names).toContain('pg-headroom-orders-runs-failing');
    expect(names).not.toContain('pg-headroom-orders-unresolved');
  });
});

describe('a reporting that contradicts itself', () => {
  const reportingProblems = (reporting: unknown, server: Readonly<Record<string, unknown>> = {}) =>
    problemsOf(() => parseDeclaration({ servers: [aServer(server)], reporting }));
  const people = { topicArn: topic('on-call') };

  test.each([
    [
      'a topic by its name',
      { people: 'on-call' },
      {},
      /^reporting\.people: found "on-call", expected an obj/,
    ],
    ['no mail address', { emails: ['dba'] }, {}, /^reporting\.emails\[0\]: found "dba", expected a mail/],
    [
      'a mail address twice',
      { emails: ['dba@example.com', 'dba@example.com'] },
      {},
      /^reporting\.emails\[1\]: found "dba@example\.com", expected each entry once: reporting\.emails\[0\] is/,
    ],
    ['another chat', { chat: 'theirs' }, {}, /^reporting\.chat: found "theirs", expected "own" for a topic/],
    ['no days', { keepRecordsDays: 0 }, {}, /^reporting\.keepRecordsDays: found 0, expected days that/],
    ['an unknown key', { topics: [] }, {}, /^reporting\.topics: found \[\], expected no such key: the keys/],
    [
      'one topic for people and chat rooms',
      { people, chat: people },
      {},
      /^reporting\.chat\.topicArn: found ".*:on-call", expected another topic than the one for people/,
    ],
    [
      'a topic of ours that makes a function run',
      { people },
      { alarmTopicArns: [topic('alarms'), topic('on-call')] },
      /^servers\[0\]\.alarmTopicArns\[1\]: found .*, expected a topic that pg-headroom does not publish to: reporting\.people is the same/,
    ],
    [
      "a pager's topic that makes a function run",
      { pager: { topicArn: topic('pager') } },
      { alarmTopicArns: [topic('pager')] },
      /^servers\[0\]\.alarmTopicArns\[0\]: .* reporting\.pager is the same, and its messages would start runs$/,
    ],
  ])('is refused for %s', (_, reporting, server, problem) => {
    expect(reportingProblems(reporting, server)).toEqual([expect.stringMatching(problem)]);
  });
});

describe('receivers beyond AWS', () => {
  const secretArn = (name: string) => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}-AbCdEf`;
  const { reports } = stacksWith({
    pagerDuty: { secretArn: secretArn('pagerduty'), secretKeyArn: KEY, site: 'eu' },
    opsgenie: { secretArn: secretArn('opsgenie'), site: 'jira', alertFrom: 'warning' },
    teams: { secretArn: secretArn('teams') },
    webhook: { secretArn: secretArn('webhook'), url: 'https://hooks.example.com/headroom' },
  });
  const [, report] = theOnly(reports, 'AWS::Lambda::Function');

  test('are in the environment of report, which its own parser takes, each with its address and without its key', () => {
    const { Variables } = report.Properties.Environment as { readonly Variables: Record<string, string> };
    const { receivers } = parseReportConfig({
      ...Variables,
      HEADROOM_TOPIC: 'a',
      HEADROOM_BUCKET: 'b',
      HEADROOM_TABLE: 'abc',
    });
    const alertFrom = 'critical';
    expect(receivers).toEqual([
      {
        ...{ kind: 'pagerDuty', url: 'https://events.eu.pagerduty.com/v2/enqueue' },
        ...{ secret: secretArn('pagerduty'), alertFrom },
      },
      {
        ...{ kind: 'opsgenie', url: 'https://api.atlassian.com/jsm/ops/integration/v2/alerts' },
        ...{ secret: secretArn('opsgenie'), alertFrom: 'warning' },
      },
      { kind: 'teams', url: null, secret: secretArn('teams'), alertFrom },
      {
        ...{ kind: 'webhook', url: 'https://hooks.example.com/headroom' },
        ...{ secret: secretArn('webhook'), alertFrom },
      },
    ]);
  });

  test('let report read exactly their secrets, by the key of the one that has a key of its own', () => {
    const rights = JSON.stringify(resources(reports, 'AWS::IAM::Policy'));
    const secrets = ['opsgenie', 'pagerduty', 'teams', 'webhook'].map(secretArn);
    expect(rights).toContain(
      `"Action":"secretsmanager:GetSecretValue","Effect":"Allow","Resource":${JSON.stringify(secrets)}`,
    );
    expect(rights).toContain(`"kms:EncryptionContext:SecretARN":"${secretArn('pagerduty')}"`);
    expect(rights.split(KEY)).toHaveLength(2);
    expect(JSON.stringify(resources(stacksWith({}).reports, 'AWS::IAM::Policy'))).not.toContain(
      'secretsmanager',
    );
  });

  test.each([
    [{ webhook: { secretArn: secretArn('a'), url: 'http://plain.example.com' } }, 'reporting.webhook.url'],
    [{ webhook: { secretArn: secretArn('a'), url: 'https://me:pa55@a.example' } }, 'reporting.webhook.url'],
    [{ teams: { secretArn: secretArn('a'), url: 'https://a.example' } }, 'reporting.teams.url'],
    [{ pagerDuty: { secretArn: 'R0123456789abcdef0123456789abcde' } }, 'reporting.pagerDuty.secretArn'],
    [{ pagerDuty: { secretArn: secretArn('a'), site: 'jira' } }, 'reporting.pagerDuty.site'],
  ])('%j is refused with its path, without what may be a key', (reporting, path) => {
    const found = problemsOf(() => parseDeclaration({ servers: [aServer()], reporting }));
    expect(found.join('\n')).toContain(`${path}: found `);
    expect(found.join('\n')).not.toMatch(/R0123|pa55/);
  });
});
