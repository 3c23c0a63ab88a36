import { describe, expect, test } from 'vitest';
import { parseDeclaration } from '../../infra/stacks/declaration.ts';
import { problemsOf as problemsIn } from './problems.ts';
import { aServer, CONTEXT } from './synthesis.ts';

const parse = (servers: unknown) => parseDeclaration({ servers })[0]?.servers ?? [];
const problemsOf = (servers: unknown) => problemsIn(() => parse(servers));

const vpc = aServer().vpc as object;
const A_LIST = 'a list of servers, at least one';
const OWN_ENDPOINT =
  "the instance's own endpoint: cluster, reader and proxy names may lead to another server each time";

describe('a declaration of servers', () => {
  test('is parsed as the example in cdk.json stands, with the defaults', () => {
    expect(parse(CONTEXT.servers)).toEqual([
      { alarm: 'metric', memoryAccess: 'existing', ...CONTEXT.servers[0] },
    ]);
  });

  test('may leave out what has a default', () => {
    const optional = { port: undefined, database: undefined, schedule: undefined, policy: undefined };
    expect(parse([aServer(optional)])).toMatchObject([{ port: 5432, schedule: 'rate(5 minutes)' }]);
  });

  test.each([
    ['rate(1 minute)'],
    ['rate(2 hours)'],
    ['rate(1 day)'],
    ['cron(0/5 8-18 ? * MON-FRI *)'],
    ['cron(15 3 L * ? *)'],
    ['cron(0/15 0-23/2 ? JAN,12 6#3 2026-2030)'],
    ['off'],
  ])('takes the schedule %s', (schedule) => {
    expect(problemsOf([aServer({ schedule })])).toEqual([]);
  });

  test.each([
    ['a time zone beside cron', { schedule: 'cron(0 8 * * ? *)', timeZone: 'Europe/Berlin' }],
    ["a secret's own key", { secretKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/0a1b-2c3d' }],
    ['a way to the memory of our own', { memoryAccess: { routeTableIds: ['rtb-0a1b2c3d4e5f60718'] } }],
    ['no log group without an alarm', { alarm: 'none', logGroup: undefined }],
    [
      "an instance's stream of a cluster's log group",
      { alarm: 'subscription', logGroup: '/aws/rds/cluster/shop/postgresql', logStream: 'orders' },
    ],
    ['what has no default', { reservedConcurrency: 2, logRetentionDays: 30, tracing: true, stack: 3 }],
  ])('takes %s', (_, fields) => {
    expect(problemsOf([aServer(fields)])).toEqual([]);
  });

  test.each([
    ['no servers', undefined, `servers: missing, expected ${A_LIST}`],
    ['an empty list', [], `servers: found [], expected ${A_LIST}`],
    ['something else than a list', { orders: {} }, `servers: found {"orders":{}}, expected ${A_LIST}`],
  ])('is refused for %s', (_, servers, problem) => {
    expect(problemsOf(servers)).toEqual([problem]);
  });

  test('is refused for a server that is no object', () => {
    expect(problemsOf(['orders'])[0]).toMatch(
      /^servers\[0\]: found "orders", expected an object with name, host,/,
    );
  });

  test.each([
    ['cluster', 'orders.cluster-abcdefghijkl.eu-west-1.rds.amazonaws.com'],
    ['reader', 'orders.cluster-ro-abcdefghijkl.eu-west-1.rds.amazonaws.com'],
    ['custom cluster', 'orders.cluster-custom-abcdefghijkl.eu-west-1.rds.amazonaws.com'],
    ['proxy', 'orders.proxy-abcdefghijkl.eu-west-1.rds.amazonaws.com'],
    ['shouted proxy', 'ORDERS.PROXY-ABCDEFGHIJKL.EU-WEST-1.RDS.AMAZONAWS.COM'],
  ])('is refused for the endpoint of a %s', (_, host) => {
    expect(problemsOf([aServer({ host })])).toEqual([
      `servers[0].host: found "${host}", expected ${OWN_ENDPOINT}`,
    ]);
  });

  test.each([
    ['name', 'Orders', 'a name of lower-case letters'],
    ['name', `o${'x'.repeat(40)}`, 'a name of lower-case letters'],
    ['name', undefined, 'a name of lower-case letters'],
    ['host', 'orders:5432', "the instance's own endpoint, a host name without scheme and port"],
    ['host', undefined, "the instance's own endpoint, a host name without scheme and port"],
    ['port', 0, 'a port from 1 to 65535'],
    ['port', 65_536, 'a port from 1 to 65535'],
    ['port', '5432', 'a port from 1 to 65535'],
    ['database', '', 'the name of one database'],
    ['secretArn', undefined, 'the complete ARN of a Secrets Manager secret'],
    ['secretArn', 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders', 'the complete ARN'],
    ['logGroup', '/aws/rds/instance/or ders', "the log group's name"],
    ['logGroup', undefined, 'the server\'s log group beside alarm "metric", or alarm "none"'],
    ['alarm', 'email', '"metric" or "subscription"'],
    ['alarmTopicArns', [], 'a list of SNS topics'],
    ['securityGroupIds', undefined, 'a list of security group ids'],
    ['schedule', 'rate(0 minutes)', '"rate(5 minutes)"'],
    ['schedule', 'rate(2 days)', '"rate(5 minutes)"'],
    ['schedule', 'cron(0 8 * * * *)', '"rate(5 minutes)"'],
    ['schedule', 'cron(0 8 ? * ? *)', '"rate(5 minutes)"'],
    ['schedule', 'cron(0 8 * * ?)', '"rate(5 minutes)"'],
    ['schedule', 'cron(0 eight * * ? *)', '"rate(5 minutes)"'],
    ['schedule', 'cron(60 8 * * ? *)', '"rate(5 minutes)"'],
    ['schedule', 'cron(0 8-24 * * ? *)', '"rate(5 minutes)"'],
    ['schedule', 'cron(0/0 8 * * ? *)', '"rate(5 minutes)"'],
    ['schedule', 'cron(0 8 ? * 0 *)', '"rate(5 minutes)"'],
    ['schedule', 'at(2026-11-21T03:15:00)', '"rate(5 minutes)"'],
    ['timeZone', 'Europe/Berlin', 'no such key but a time zone such as "Europe/Berlin", beside a cron'],
    ['memoryAccess', 'nat', '"existing" where the subnets reach DynamoDB'],
    ['memoryAccess', { routeTables: [] }, '"existing" where the subnets reach DynamoDB'],
    ['secretKeyArn', 'alias/orders', "the ARN of the secret's own KMS key"],
    ['reservedConcurrency', 0, 'runs at a time, a whole number from 1 to 1000'],
    ['logRetentionDays', 31, 'days that CloudWatch Logs can keep: 1, 3, 5, 7'],
    ['tracing', 'Active', 'true or false'],
    ['stack', -1, 'the number of a servers stack'],
    ['tls', 'on', '"verify" or "off"'],
    ['caFile', 'ca.pem', 'the absolute path of a PEM file'],
    ['vpc', undefined, 'an object with vpcId, availabilityZones, subnetIds'],
  ])('is refused for %s %j', (key, value, allowed) => {
    const problems = problemsOf([aServer({ [key]: value })]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^servers\\[0\\]\\.${key}: (missing|found .*), expected `));
    expect(problems[0]).toContain(`expected ${allowed}`);
  });

  test.each([
    ['vpcId', 'vpc-1', 'servers[0].vpc.vpcId: found "vpc-1"'],
    ['availabilityZones', [], 'servers[0].vpc.availabilityZones: found []'],
    ['subnetIds', [], 'servers[0].vpc.subnetIds: found []'],
    ['subnetIds', ['subnet-1'], 'servers[0].vpc.subnetIds[0]: found "subnet-1"'],
    [
      'cidr',
      '10.0.0.0/16',
      'servers[0].vpc.cidr: found "10.0.0.0/16", expected no such key: the keys here are vpcId',
    ],
  ])('is refused for a network with %s %j', (key, value, problem) => {
    const problems = problemsOf([aServer({ vpc: { ...vpc, [key]: value } })]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });

  test('is refused for a key that nothing reads', () => {
    expect(problemsOf([aServer({ shedule: 'rate(1 hour)' })])[0]).toMatch(
      /^servers\[0\]\.shedule: found "rate\(1 hour\)", expected no such key: the keys here are name, host, port,/,
    );
  });

  test('is refused for two servers of one name', () => {
    expect(problemsOf([aServer(), aServer({ host: 'other.example.com' })])).toEqual([
      'servers[1].name: found "orders", expected a name of its own: servers[0] has this one',
    ]);
  });

  test('is refused for the same host and port twice, in whatever case and with the default port left out', () => {
    const host = 'Orders.abcdefghijkl.eu-west-1.rds.amazonaws.com';
    expect(problemsOf([aServer(), aServer({ name: 'again', host, port: undefined })])).toEqual([
      `servers[1].host: found "${host}", expected a server declared once: servers[0] has the same host and port`,
    ]);
  });

  test('takes two servers on different ports of one host', () => {
    expect(problemsOf([aServer(), aServer({ name: 'other', port: 5433 })])).toEqual([]);
  });

  test("names the path of a policy's mistakes, contradictions included", () => {
    const policy = {
      mode: 'enforced',
      relieve: { when: { usedPercent: 80 }, until: { usedPercent: 90 } },
      protct: {},
    };
    const problems = problemsOf([aServer(), aServer({ name: 'b', host: 'b.example.com', policy })]);
    expect(problems.map((line) => line.split(':')[0])).toEqual([
      'servers[1].policy.mode',
      'servers[1].policy.protct',
      'servers[1].policy.relieve.until',
    ]);
  });

  test.each([[null], [[]], ['observe']])('is refused for a policy that is %j', (policy) => {
    expect(problemsOf([aServer({ policy })])[0]).toMatch(/^servers\[0\]\.policy: found /);
  });

  test('lists all mistakes of all servers at once', () => {
    const problems = problemsOf([
      aServer({ port: -1, policy: { mode: 'on' } }),
      aServer({ securityGroupIds: ['default'], tls: 'no' }),
    ]);
    expect(problems.map((line) => line.split(':')[0]).sort()).toEqual([
      'servers[0].policy.mode',
      'servers[0].port',
      'servers[1].name',
      'servers[1].securityGroupIds[0]',
      'servers[1].tls',
    ]);
  });

  test.each([
    [{ password: 'hunter2' }],
    [{ secretArn: 'hunter2' }],
    [{ host: 'postgres://app:hunter2@orders.example.com' }],
  ])('shows no password that was typed into %j', (fields) => {
    const problems = problemsOf([aServer(fields)]);
    expect(problems).toHaveLength(1);
    expect(problems.join('\n')).not.toContain('hunter2');
  });
});
