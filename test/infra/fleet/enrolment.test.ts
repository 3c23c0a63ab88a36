import { expect, test } from 'vitest';
import { fleetEnrolName } from '../../../functions/contract.ts';
import { decide } from '../../support/iam-evaluator.ts';
import { arnOf, onItems } from './cell-roles.ts';
import { deployed, functionOf, statementsOf, VPC } from './fleet-templates.ts';

/** The one part of a fleet that reads secrets, and which ones. */

const enrol = deployed('fleet-enrol');
const rights = statementsOf(enrol, functionOf(enrol, fleetEnrolName(VPC)).role);
const read = (tags: Readonly<Record<string, string>>) =>
  decide(rights, {
    action: 'secretsmanager:GetSecretValue',
    resource: arnOf('secretsmanager', 'secret:rds!db-0a1b-Ab3dEf'),
    context: Object.fromEntries(
      Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]),
    ),
  });

test('It reads a secret whose owners tagged it for that, and no other', () => {
  expect(read({ 'pg-headroom:enrol': 'yes' })).toBe('allowed');
  for (const tags of [
    {},
    { 'pg-headroom:enrol': 'no' },
    { 'pg-headroom:enrol': '' },
    { 'pg-headroom': 'enforce' },
  ])
    expect(read(tags)).toBe('not allowed');
});

test('It lists no secrets, changes none, and logs in to nothing by IAM', () => {
  for (const action of ['ListSecrets', 'PutSecretValue', 'TagResource', 'UpdateSecret', 'DescribeSecret'])
    expect(decide(rights, { action: `secretsmanager:${action}`, resource: '*' })).toBe('not allowed');
  const context = { 'aws:ResourceTag/pg-headroom': 'enforce' };
  const resource = arnOf('rds-db', 'dbuser:db-ABC/headroom');
  expect(decide(rights, { action: 'rds-db:connect', resource, context })).toBe('not allowed');
});

test('It reads the databases of its own VPC, and writes nothing', () => {
  expect(onItems(rights, 'BatchGetItem', 'registry', [`${VPC}#db-ABC`])).toBe('allowed');
  expect(onItems(rights, 'BatchGetItem', 'registry', ['vpc-0bbbbbbbbbbbbbbbb#db-ABC'])).toBe('not allowed');
  for (const action of ['PutItem', 'UpdateItem', 'DeleteItem'])
    expect(onItems(rights, action, 'registry', [`${VPC}#db-ABC`])).toBe('not allowed');
});
