import { describe, expect, test } from 'vitest';
import { RECEIVER_KINDS } from '../../functions/contract.ts';
import { parseDeclaration } from '../../infra/stacks/declaration.ts';
import { aServer } from './synthesis.ts';

const secretIn = (region: string, account = '111122223333') =>
  `arn:aws:secretsmanager:${region}:${account}:secret:orders-Ab3dEf`;
const topicIn = (region: string) => ({ topicArn: `arn:aws:sns:${region}:111122223333:on-call` });
const vpc = (...availabilityZones: string[]) => ({ ...(aServer().vpc as object), availabilityZones });
const staged = (server: object, reporting = {}) => ({
  stages: {
    live: { account: '111122223333', region: 'eu-west-1', servers: [aServer({ ...server })], reporting },
  },
});

describe('what contradicts the place of a stage is refused with its path', () => {
  test.each([
    ['a zone', { vpc: vpc('eu-west-1a', 'eu-west-2a') }, 'vpc.availabilityZones[1]', 'what is in eu-west-1'],
    ['a host', { host: 'orders.abc.eu-west-2.rds.amazonaws.com' }, 'host', 'what is in eu-west-1'],
    ['a secret of another region', { secretArn: secretIn('us-east-1') }, 'secretArn', 'what is in eu-west-1'],
    [
      'a secret of another account',
      { secretArn: secretIn('eu-west-1', '444455556666') },
      'secretArn',
      'what is in account 111122223333',
    ],
    [
      "another instance's log",
      { logGroup: '/aws/rds/instance/billing/postgresql' },
      'logGroup',
      '/aws/rds/instance/orders/postgresql',
    ],
    [
      "another instance's stream of a cluster's log",
      {
        ...{ alarm: 'subscription', logGroup: '/aws/rds/cluster/shop/postgresql', logStream: 'billing.0' },
      },
      'logStream',
      'the stream of the instance that stages.live.servers[0].host names: orders',
    ],
    [
      'a secret of another partition',
      { secretArn: secretIn('eu-west-1').replace('arn:aws:', 'arn:aws-cn:') },
      'secretArn',
      'an ARN of the partition aws, in which eu-west-1 is: arn:aws:...',
    ],
    [
      'alarms of another partition',
      { alarmTopicArns: ['arn:aws-us-gov:sns:us-gov-west-1:111122223333:theirs'] },
      'alarmTopicArns[0]',
      'an ARN of the partition aws, ',
    ],
    [
      "a pooler's secret of another region",
      { pooler: { kind: 'pgbouncer', host: '10.0.1.9', secretArn: secretIn('us-east-1') } },
      'pooler.secretArn',
      'what is in eu-west-1',
    ],
    [
      "a pooler's secret of another account",
      { pooler: { kind: 'pgbouncer', host: '10.0.1.9', secretArn: secretIn('eu-west-1', '444455556666') } },
      'pooler.secretArn',
      'what is in account 111122223333',
    ],
  ])('%s', (_, server, path, allowed) => {
    const refused = () => parseDeclaration(staged(server));
    expect(refused).toThrow(`stages.live.servers[0].${path}: found `);
    expect(refused).toThrow(allowed);
  });

  test.each(['people', 'chat', 'pager'])('a topic for %s in another region', (key) => {
    expect(() => parseDeclaration(staged({}, { [key]: topicIn('us-east-1') }))).toThrow(
      `stages.live.reporting.${key}.topicArn: found `,
    );
  });

  test("the key of people's topic in another region", () => {
    const keyArn = 'arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9';
    expect(() => parseDeclaration(staged({}, { people: { ...topicIn('eu-west-1'), keyArn } }))).toThrow(
      'stages.live.reporting.people.keyArn: found ',
    );
  });

  test.each(RECEIVER_KINDS)('the secret of %s in another region or account', (kind) => {
    const refused = (secretArn: string) => () =>
      parseDeclaration(
        staged({}, { [kind]: { secretArn, ...(kind === 'webhook' && { url: 'https://a.example' }) } }),
      );
    const path = `stages.live.reporting.${kind}.secretArn: found `;
    expect(refused(secretIn('us-east-1'))).toThrow(path);
    expect(refused(secretIn('eu-west-1', '444455556666'))).toThrow(path);
    expect(refused(secretIn('eu-west-1'))).not.toThrow();
  });

  test('without stages, the second region', () => {
    const second = aServer({
      ...{
        name: 'billing',
        host: 'billing.abc.us-east-1.rds.amazonaws.com',
        secretArn: secretIn('us-east-1'),
      },
      ...{ logGroup: '/aws/rds/instance/billing/postgresql', vpc: vpc('us-east-1a') },
    });
    expect(() => parseDeclaration({ servers: [aServer(), second] })).toThrow(
      /servers\[1\]\.host: .*servers of several regions need stages/,
    );
  });
});

test.each([
  [
    "a secret of another account with that account's key",
    {
      secretArn: secretIn('eu-west-1', '444455556666'),
      secretKeyArn: 'arn:aws:kms:eu-west-1:444455556666:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9',
    },
  ],
  [
    "an instance's stream of a cluster's log",
    { alarm: 'subscription', logGroup: '/aws/rds/cluster/shop/postgresql', logStream: 'Orders.0' },
  ],
  ['a local zone', { vpc: vpc('eu-west-1-lhr-1a') }],
  ['a host of our own', { host: 'orders.example.com', logGroup: '/aws/rds/instance/other/postgresql' }],
  ['alarms of another region', { alarmTopicArns: ['arn:aws:sns:us-east-1:111122223333:theirs'] }],
])('%s is no contradiction', (_, server) => {
  expect(parseDeclaration(staged(server))).toHaveLength(1);
});
