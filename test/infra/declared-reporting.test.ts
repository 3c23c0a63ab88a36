import { describe, expect, test } from 'vitest';
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
