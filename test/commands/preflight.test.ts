import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runHeadroom } from './run-headroom.ts';

const SERVER = {
  name: 'orders',
  host: 'Orders.abcdefghijkl.eu-west-1.rds.amazonaws.com',
  user: 'headroom',
  resourceId: 'db-ABCDEFGHIJKLMNOP',
  logGroup: '/aws/rds/instance/orders/postgresql',
  vpc: {
    vpcId: 'vpc-0a1b2c3d4e5f60718',
    availabilityZones: ['eu-west-1a'],
    subnetIds: ['subnet-0a1b2c3d4e5f60718'],
  },
  securityGroupIds: ['sg-0a1b2c3d4e5f60718'],
  memoryAccess: 'none',
};
const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:pg-headroom/orders-Ab3dEf';
const WITH_SECRET = { ...SERVER, user: undefined, resourceId: undefined, secretArn: SECRET };

const preflight = (context: unknown) =>
  runHeadroom(['preflight', '-'], { input: JSON.stringify({ app: 'node infra/stacks/app.ts', context }) });
const titlesIn = (text: string) =>
  [...text.matchAll(/^# \d+\. Check that (.*)\.$/gm)].map(([, title]) => title);

describe.concurrent('preflight checks', () => {
  const always = [
    'the CDK is bootstrapped',
    'nothing is deployed that is not declared',
    'a person is told (after the first deployment)',
    'no policy of the account switches metrics from logs off',
  ];
  const groups = [
    "the function's security groups exist, in its VPC",
    "the function's security groups let it out to port 5432",
  ];
  const onRds = [
    'the instance exists',
    'the log is exported to CloudWatch',
    'the log group exists, of class Standard',
    'the log group receives lines',
    ...groups,
    "the server's security groups let the function in on port 5432",
  ];
  const iam = 'IAM authentication is on, and the declared resource id is right';

  test.each([
    ['a login by IAM', SERVER, [...always, ...onRds, iam]],
    [
      'a login by secret',
      WITH_SECRET,
      [
        ...always,
        ...onRds,
        'the secret exists and is encrypted with the declared key',
        'the subnets reach Secrets Manager',
      ],
    ],
    [
      'a subscription',
      { ...SERVER, alarm: 'subscription' },
      [
        ...always,
        'no subscription of the whole account takes a slot of the log group',
        'Lambda has room for the reserved concurrency',
        ...onRds.slice(0, 4),
        'the log group has a free subscription slot',
        ...onRds.slice(4),
        iam,
      ],
    ],
    [
      'memory',
      { ...SERVER, memoryAccess: 'existing' },
      [...always, ...onRds, iam, 'the subnets reach DynamoDB'],
    ],
    [
      'an alarm on a log query, and a pooler with its own secret',
      {
        ...SERVER,
        alarm: 'log-alarm',
        pooler: { kind: 'pgbouncer', host: '10.0.1.9', secretArn: SECRET },
      },
      [
        ...always,
        'the region has Log Alarms',
        ...onRds,
        "the pooler's secret exists and is encrypted with the default key",
        iam,
      ],
    ],
    [
      'a server of their own, without a log',
      { ...WITH_SECRET, host: 'db.example.com', logGroup: undefined, alarm: 'none' },
      [
        ...always,
        ...groups,
        'the secret exists and is encrypted with the declared key',
        'the subnets reach Secrets Manager',
      ],
    ],
  ])('%s', async (_, server, titles) => {
    const { code, stdout } = await preflight({ servers: [server] });
    expect(titlesIn(stdout)).toEqual(titles);
    expect(code).toBe(0);
  });

  test('are made for every stage apart, in its own account and region', async () => {
    const stage = (name: string, account: string, region: string) => ({
      account,
      region,
      servers: [{ ...SERVER, name, alarm: 'subscription' }],
    });
    const { stdout } = await preflight({
      stages: {
        staging: stage('one', '111122223333', 'eu-west-1'),
        production: stage('two', '444455556666', 'us-gov-west-1'),
        second: stage('three', '777788889999', 'eu-west-1'),
      },
    });
    expect(stdout.match(/^# (Stage|one|two|three).*$/gm)).toEqual([
      '# Stage staging: account 111122223333, region eu-west-1',
      `# one, ${SERVER.host}`,
      '# Stage production: account 444455556666, region us-gov-west-1',
      `# two, ${SERVER.host}`,
      '# Stage second: account 777788889999, region eu-west-1',
      `# three, ${SERVER.host}`,
    ]);
    const regions = stdout.split('# Stage ').map((text) => new Set(text.match(/--region \S+/g)));
    expect(regions.slice(1)).toEqual(
      ['eu-west-1', 'us-gov-west-1', 'eu-west-1'].map((region) => new Set([`--region ${region}`])),
    );
    expect(stdout.match(/: \d+ to reserve/g)).toEqual(Array.from({ length: 3 }, () => ': 1 to reserve'));
  });

  test('are printed as JSON too, each with its stage and its server', async () => {
    const stages = { live: { account: '111122223333', region: 'eu-west-1', servers: [SERVER] } };
    const { code, stdout } = await runHeadroom(['preflight', '-', '--json'], {
      input: JSON.stringify({ context: { stages } }),
    });
    const { checks } = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(checks[0]).toEqual({
      ...{ stage: 'live', account: '111122223333', region: 'eu-west-1', server: null },
      ...{ title: 'the CDK is bootstrapped', good: expect.any(String), mend: expect.any(String) },
      command: expect.stringMatching(/^aws cloudformation describe-stacks /),
    });
    expect(checks.filter(({ server }: { server: unknown }) => server === 'orders')).toHaveLength(8);
  });

  test('are made in the region of the subnets where there are no stages', async () => {
    const vpc = { ...SERVER.vpc, availabilityZones: ['us-gov-west-1a'] };
    const { stdout } = await preflight({ servers: [SERVER, { ...SERVER, name: 'afar', vpc }] });
    expect(stdout.match(/^# (Region|orders|afar).*$/gm)).toEqual([
      '# Region eu-west-1',
      `# orders, ${SERVER.host}`,
      '# Region us-gov-west-1',
      `# afar, ${SERVER.host}`,
    ]);
  });
});

describe('what preflight prints', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'headroom-preflight-'));
    // Stands for the AWS CLI: says what it was asked, one argument a line.
    writeFileSync(
      join(folder, 'aws'),
      '#!/bin/sh\ncase "$*" in *VpcSecurityGroupId*) echo "sg-1 sg-2";; *PeopleTopicArn*) echo arn:aws:sns:topic;; *) printf "%s\\n" "$@" --;; esac\n',
      { mode: 0o755 },
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const calls = (script: string) =>
    execFileSync('bash', ['--norc', '-e', '-c', script], {
      env: { PATH: `${folder}:${process.env.PATH}` },
      encoding: 'utf8',
    })
      .split('\n--\n')
      .filter((call) => call !== '')
      .map((call) => call.split('\n'));

  test('is a script that only reads', async () => {
    const { stdout } = await preflight({
      servers: [
        { ...WITH_SECRET, alarm: 'subscription', memoryAccess: 'existing' },
        { ...SERVER, name: 'shop', host: 'shop.abcdefghijkl.eu-west-1.rds.amazonaws.com' },
      ],
    });
    const asked = calls(stdout);
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter(([, verb = '']) => !/^(describe|get|list)-/.test(verb))).toEqual([]);
  });

  test('asks for the cluster by the declared resource id, and for its instances', async () => {
    const server = { ...SERVER, resourceId: 'cluster-ABCDEFGHIJKLMNOP' };
    const { stdout } = await preflight({ servers: [server] });
    expect(stdout).toContain('#    Good: True, and orders among the instances of the cluster\n');
    const [asked = []] = calls(stdout).filter(([, verb]) => verb === 'describe-db-clusters');
    expect(asked.at(-1)).toBe(
      'DBClusters[?DbClusterResourceId==`cluster-ABCDEFGHIJKLMNOP`].[IAMDatabaseAuthenticationEnabled,DBClusterMembers[].DBInstanceIdentifier]',
    );
  });

  test('asks for endpoints whatever the partition calls their services', async () => {
    const { stdout } = await preflight({ servers: [{ ...WITH_SECRET, memoryAccess: 'existing' }] });
    const asked = calls(stdout).filter(([, verb]) => verb === 'describe-vpc-endpoints');
    expect(asked.map((words) => words.find((word) => word.startsWith('Name=service-name')))).toEqual([
      'Name=service-name,Values=*.eu-west-1.secretsmanager',
      'Name=service-name,Values=*.eu-west-1.dynamodb',
    ]);
  });

  test('asks for functions of ours that are not declared', async () => {
    const { stdout } = await preflight({
      servers: [SERVER, { ...WITH_SECRET, name: 'shop', host: 'db.example.com' }],
    });
    const [asked = []] = calls(stdout).filter(([service]) => service === 'lambda');
    expect(asked.at(-1)).toContain(
      '!contains(`["pg-headroom-orders","pg-headroom-shop"]`,FunctionName)].FunctionName',
    );
  });

  test("asks for the instance by its endpoint as RDS keeps it, and for its groups' rules", async () => {
    const { stdout } = await preflight({ servers: [SERVER] });
    const asked = calls(stdout);
    expect(asked).toContainEqual([
      ...['rds', 'describe-db-instances', '--region', 'eu-west-1', '--output', 'text', '--query'],
      'DBInstances[?Endpoint.Address==`orders.abcdefghijkl.eu-west-1.rds.amazonaws.com`].EnabledCloudwatchLogsExports',
    ]);
    const rules = asked.filter(([, verb]) => verb === 'describe-security-group-rules');
    expect(rules.flat()).toContain('Name=group-id,Values=sg-1,sg-2');
  });
});

describe.concurrent('a declaration that cannot be checked', () => {
  test.each([
    ['no JSON', '{', /^error: The declaration is not JSON/],
    ['no object', '[1]', /found .*, expected the object that cdk.json is/],
    [
      'a policy with a key twice',
      JSON.stringify({ context: { servers: [{ ...SERVER, policy: { mode: 'observe' } }] } }).replace(
        '"observe"',
        '"observe","mode":"enforce"',
      ),
      /servers\[0\]\.policy\.mode: found this key twice, expected it once/,
    ],
    ['no servers', '{}', /servers: missing, expected a list of servers, at least one/],
    [
      'a name that a shell would obey',
      JSON.stringify({ context: { servers: [{ ...SERVER, logGroup: "x'; rm -rf /" }] } }),
      /servers\[0\]\.logGroup/,
    ],
  ])('%s', async (_, input, says) => {
    const { code, stdout, stderr } = await runHeadroom(['preflight', '-'], { input });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(says);
  });
});
