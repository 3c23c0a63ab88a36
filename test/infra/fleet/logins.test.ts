import { describe, expect, test } from 'vitest';
import { fleetLoginRole } from '../../../functions/contract.ts';
import { decide, type IamStatement } from '../../support/iam-evaluator.ts';
import {
  arnOf,
  EVERY_ROLE,
  FURTHER_VPC,
  LOGIN_ROLE,
  loginRightsOf,
  managedPolicyOf,
  NETWORK,
  onItems,
} from './cell-roles.ts';
import { deployed, ofType, VPC } from './fleet-templates.ts';

/** Which databases a fleet can enter, and which items its network functions reach. */

const LOGIN = loginRightsOf(NETWORK);

type Tags = Readonly<Record<string, string>>;
const tagContext = (tags: Tags) =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]));
/** A login, with the tags of the resource that IAM looks at: an instance, or a cluster. */
const login = (
  statements: readonly IamStatement[],
  user: string,
  tags: Tags,
  resource = 'db-ABCDEFGHIJKLMNOPQRSTUVWXYZ',
) =>
  decide(statements, {
    action: 'rds-db:connect',
    resource: arnOf('rds-db', `dbuser:${resource}/${user}`),
    context: tagContext(tags),
  });

describe('A login', () => {
  const tag = (value: string) => ({ 'pg-headroom': value });

  test.each([
    ['enforce', 'headroom', 'allowed'],
    ['enforce', 'headroom_observer', 'allowed'],
    ['observe', 'headroom', 'not allowed'],
    ['observe', 'headroom_observer', 'allowed'],
    ['off', 'headroom', 'not allowed'],
    ['off', 'headroom_observer', 'not allowed'],
  ])('to a database tagged %s as %s is %s', (value, user, decision) => {
    expect(login(LOGIN, user, tag(value))).toBe(decision);
    expect(login(LOGIN, user, tag(value), 'cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ')).toBe(decision);
  });

  const WRONG: readonly Tags[] = [
    {},
    tag(''),
    tag('Enforce'),
    tag('ENFORCE'),
    tag('enforce '),
    tag(' observe'),
    tag('observe,enforce'),
    tag('*'),
    tag('enforce*'),
    tag('true'),
    { 'pg-headroom:policy': 'enforce' },
    { headroom: 'enforce' },
    { 'pg-headroom-': 'enforce' },
    { team: 'pg-headroom' },
  ];

  test.each(WRONG)('to a database with the tags %j is refused to both roles', (tags) => {
    for (const user of ['headroom', 'headroom_observer'])
      expect(login(LOGIN, user, tags)).not.toBe('allowed');
  });

  test.each(['postgres', 'rdsadmin', 'headroom2', 'my_headroom', 'HEADROOM', 'headroom_observer2', '*', ''])(
    'as %j is refused, whatever the tag says',
    (user) => {
      expect(login(LOGIN, user, tag('enforce'))).not.toBe('allowed');
    },
  );

  test('to a member of a cluster is decided by what IAM looks at, and a member alone opens nothing', () => {
    const [cluster, member] = [{}, tag('enforce')];
    expect(login(LOGIN, 'headroom', cluster, 'cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ')).toBe('not allowed');
    // Where IAM looks at the member's own tags, the registry still has the cluster's: the run does not try.
    expect(login(LOGIN, 'headroom', member)).toBe('allowed');
  });

  test('is for the role of a network only: no other role of a cell may log in anywhere', () => {
    for (const [role, statements] of EVERY_ROLE.filter(([name]) => name !== LOGIN_ROLE))
      for (const user of ['headroom', 'headroom_observer', 'postgres'])
        expect([role, login(statements, user, tag('enforce'))]).not.toEqual([role, 'allowed']);
  });

  test('is refused everywhere while the policy of "fleet stop" is attached', () => {
    const stopped = [...LOGIN, ...managedPolicyOf('stop').statements];
    expect(login(stopped, 'headroom', tag('enforce'))).toBe('denied');
    expect(login(stopped, 'headroom_observer', tag('observe'))).toBe('denied');
  });

  test('condition has no form that an absent tag passes', () => {
    const conditions = LOGIN.filter(({ Action }) => Action === 'rds-db:connect').map(
      ({ Condition }) => Condition,
    );
    expect(conditions).toHaveLength(2);
    for (const condition of conditions) expect(Object.keys(condition ?? {})).toEqual(['StringEquals']);
  });
});

describe('The function of a network', () => {
  const own = `${VPC}#db-ABC`;

  test('reads its own databases, the switch and the policies together', () => {
    for (const keys of [[own], [own, 'cell#switch', 'cell#policy#default']])
      expect(onItems(LOGIN, 'BatchGetItem', 'registry', keys)).toBe('allowed');
    expect(onItems(LOGIN, 'BatchGetItem', 'memory', [own])).toBe('allowed');
  });

  test.each([
    ['of another VPC', ['vpc-0bbbbbbbbbbbbbbbb#db-ABC']],
    ['of another VPC beside its own', [own, 'vpc-0bbbbbbbbbbbbbbbb#db-ABC']],
    ['of a VPC whose id begins like its own', [`${VPC}1#db-ABC`]],
    ['of a VPC whose id is shorter', [`${VPC.slice(0, -1)}#db-ABC`]],
    ["of the dispatcher's state", ['cell#state']],
    ['without a key', []],
  ])('reads no item %s', (_, keys) => {
    for (const action of ['GetItem', 'BatchGetItem', 'Query', 'Scan'])
      for (const name of ['registry', 'memory'] as const)
        expect(onItems(LOGIN, action, name, keys)).not.toBe('allowed');
  });

  test('writes records of its own databases into the outbox, and nothing else anywhere', () => {
    expect(onItems(LOGIN, 'PutItem', 'outbox', [own])).toBe('allowed');
    for (const vpc of [FURTHER_VPC, `${VPC}1`, VPC.slice(0, -1)])
      expect(onItems(LOGIN, 'PutItem', 'outbox', [`${vpc}#db-ABC`])).toBe('not allowed');
    expect(onItems(LOGIN, 'PutItem', 'outbox', [own, `${FURTHER_VPC}#db-ABC`])).toBe('not allowed');
    for (const action of ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems'])
      for (const name of ['registry', 'memory', 'claims'] as const)
        expect(onItems(LOGIN, action, name, [own])).toBe('not allowed');
    for (const action of ['UpdateItem', 'DeleteItem', 'GetItem', 'Scan'])
      expect(onItems(LOGIN, action, 'outbox', [own])).toBe('not allowed');
  });

  test('reaches the databases of further VPCs only where they are declared', () => {
    const more = loginRightsOf(deployed('fleet-network', { FurtherVpcIds: [FURTHER_VPC, 'vpc-0ccc'] }));
    for (const vpc of [VPC, FURTHER_VPC, 'vpc-0ccc']) {
      expect(onItems(more, 'GetItem', 'registry', [`${vpc}#db-ABC`, 'cell#switch'])).toBe('allowed');
      expect(onItems(more, 'PutItem', 'outbox', [`${vpc}#db-ABC`])).toBe('allowed');
    }
    expect(onItems(more, 'GetItem', 'registry', ['vpc-0ddd#db-ABC'])).toBe('not allowed');
  });

  test('has a role by whose name "fleet stop" finds it', () => {
    const [role] = ofType(NETWORK, 'AWS::IAM::Role');
    expect(role?.[1].Properties.RoleName).toBe(fleetLoginRole(VPC));
  });
});
