import { describe, expect, test } from 'vitest';
import { parseDeclaration } from '../../infra/stacks/declaration.ts';
import { problemsOf } from './problems.ts';
import { aServer } from './synthesis.ts';

const RESOURCE = 'db-ABCDEFGHIJKL01234567890MNO';
const byIam = { secretArn: undefined, user: 'headroom', resourceId: RESOURCE };
const CLUSTER_LOG = '/aws/rds/cluster/shop/postgresql';
const STREAMS = 'a metric filter cannot tell the streams of a group apart';
const ALARMS = 'arn:aws:sns:eu-west-1:111122223333:database-alarms';
const declare = (fields: object) => problemsOf(() => parseDeclaration({ servers: [aServer({ ...fields })] }));

describe('a declared login', () => {
  test.each([
    ['an instance', RESOURCE],
    ['an Aurora cluster', 'cluster-ABCDEFGHIJKL01234567890MNO'],
  ])('may be by IAM to %s', (_, resourceId) => {
    expect(declare({ ...byIam, resourceId })).toEqual([]);
  });
});

describe('a server that contradicts itself', () => {
  test.each([
    [
      'no login',
      { secretArn: undefined },
      /secretArn: missing, expected the complete ARN .*, or instead of it user and resourceId$/,
    ],
    [
      'both logins',
      { user: 'headroom', resourceId: RESOURCE },
      /secretArn: found "arn:.*, expected no such key beside user and resourceId$/,
    ],
    ['a user without a resource', { ...byIam, resourceId: undefined }, /resourceId: missing, expected/],
    ['a resource without a user', { ...byIam, user: undefined }, /user: missing, expected our role/],
    ["the instance's name", { ...byIam, resourceId: 'orders' }, /resourceId: found "orders", expected the/],
    ['any resource', { ...byIam, resourceId: '*' }, /resourceId: found "\*", expected the resource id/],
    ['any user', { ...byIam, user: '*' }, /user: found "\*", expected the name of our role in the server/],
    ['a token in the clear', { ...byIam, tls: 'off' }, /tls: found "off", expected "verify" beside user/],
    [
      'a key without its secret',
      { ...byIam, secretKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/0a1b' },
      /secretKeyArn: found "arn:.*, expected no such key without a secret$/,
    ],
    [
      "a cluster's log group and a metric",
      { logGroup: CLUSTER_LOG, logStream: 'orders' },
      new RegExp(`alarm: found "metric", expected "subscription", .* for a cluster's log group: ${STREAMS}$`),
    ],
    [
      'a stream and a metric',
      { logStream: 'shop-1' },
      new RegExp(`alarm: found "metric", expected "subscription", .* beside logStream: ${STREAMS}$`),
    ],
    [
      "a cluster's log group without a stream",
      { alarm: 'log-alarm', logGroup: CLUSTER_LOG },
      /logStream: missing, expected the instance's name, beside a cluster's log group$/,
    ],
    [
      'a stream with a sign that no stream has',
      { alarm: 'log-alarm', logStream: 'shop:1' },
      /logStream: found "shop:1", expected the instance's name/,
    ],
    [
      'a subscription to nothing',
      { alarm: 'subscription', logGroup: undefined },
      /logGroup: missing, expected the server's log group beside alarm "subscription", or/,
    ],
    [
      'a second run beside a subscription',
      { alarm: 'subscription', reservedConcurrency: 2 },
      /reservedConcurrency: found 2, expected 1 beside alarm "subscription", or no such key: with more, log lines of our own/,
    ],
    [
      'the zone of a rate',
      { schedule: 'rate(1 hour)', timeZone: 'Europe/Berlin' },
      /timeZone: found "Europe\/Berlin", expected no such key but a time zone .* beside a cron schedule$/,
    ],
    [
      'a zone that there is not',
      { schedule: 'cron(0 8 * * ? *)', timeZone: 'Europe/Bonn' },
      /timeZone: found "Europe\/Bonn", expected a time zone such as "Europe\/Berlin"/,
    ],
    [
      'an offset for a zone',
      { schedule: 'cron(0 8 * * ? *)', timeZone: '+01:00' },
      /timeZone: found "\+01:00", expected a time zone such as "Europe\/Berlin"/,
    ],
    [
      'a route table that is none',
      { memoryAccess: { routeTableIds: ['main'] } },
      /memoryAccess\.routeTableIds\[0\]: found "main", expected a route table's id/,
    ],
    [
      'a subnet twice',
      { vpc: { ...(aServer().vpc as object), subnetIds: ['subnet-0a1b2c3d', 'subnet-0a1b2c3d'] } },
      /vpc\.subnetIds\[1\]: found "subnet-0a1b2c3d", expected each entry once: vpc\.subnetIds\[0\] is the same$/,
    ],
    [
      'a security group twice',
      { securityGroupIds: ['sg-0a1b2c3d', 'sg-0a1b2c3d'] },
      /securityGroupIds\[1\]: found "sg-0a1b2c3d", expected each entry once/,
    ],
    [
      'a topic twice',
      { alarmTopicArns: [ALARMS, ALARMS] },
      /alarmTopicArns\[1\]: found "arn:.*, expected each entry once/,
    ],
    [
      'a network with host bits',
      { policy: { protect: { addresses: ['10.0.3.1/28'] } } },
      /policy\.protect\.addresses\[0\]: found "10\.0\.3\.1\/28", expected a network .* without host bits/,
    ],
    [
      'targets that contradict each other',
      { policy: { relieve: { when: { usedPercent: 80 }, until: { usedPercent: 90 } } } },
      /policy\.relieve\.until: found \{"usedPercent":90\}, expected a usedPercent below relieve\.when's 80$/,
    ],
  ])('is refused for %s, with its path', (_, fields, problem) => {
    expect(declare(fields)).toEqual([expect.stringMatching(problem)]);
    expect(declare(fields)[0]).toMatch(/^servers\[0\]\./);
  });
});

describe("the function's variables", () => {
  const applications = (count: number) =>
    Array.from({ length: count }, (_, at) => `application-${String(at).padStart(3, '0')}`);
  const protecting = (count: number) => ({ policy: { protect: { applications: applications(count) } } });

  test('may hold a policy of some length', () => {
    expect(declare(protecting(100))).toEqual([]);
  });

  test('are refused beyond what Lambda takes, as it counts: as the JSON text of all of them', () => {
    expect(declare(protecting(200))).toEqual([
      expect.stringMatching(
        /^servers\[0\]\.policy: found "\d{4} bytes, with all variables \d{4}", expected at most 3776 bytes of JSON for all variables of the function \(Lambda takes 4096\)/,
      ),
    ]);
  });
});
