import { describe, expect, test } from 'vitest';
import { tagGuardrail } from '../../../functions/core/fleet/tag-guardrail.ts';
import { decide } from '../../support/iam-evaluator.ts';

/** The service control policy that says who may opt databases in, by the evaluator of IAM's rules. */

const PLATFORM = 'arn:aws:iam::*:role/platform-*';
const VENDING = 'arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_DatabaseAdmins_*';
const FULL_ACCESS = { Effect: 'Allow', Action: '*', Resource: '*' } as const;
const guarded = [FULL_ACCESS, ...tagGuardrail([PLATFORM, VENDING]).Statement];

const call = (
  action: string,
  tags: readonly string[],
  principal = 'arn:aws:iam::111122223333:role/developer',
) =>
  decide(guarded, {
    action: `rds:${action}`,
    resource: 'arn:aws:rds:eu-west-1:111122223333:db:orders',
    context: { 'aws:PrincipalArn': principal, 'aws:TagKeys': tags },
  });

/** Every call of RDS that takes tags, or takes them away. */
const TAKES_TAGS = [
  ...[
    'AddTagsToResource',
    'RemoveTagsFromResource',
    'CreateDBInstance',
    'CreateDBCluster',
    'CreateDBInstanceReadReplica',
  ],
  ...['CreateBlueGreenDeployment', 'CreateDBSnapshot', 'CreateDBClusterSnapshot', 'CopyDBSnapshot'],
  ...['CopyDBClusterSnapshot', 'RestoreDBInstanceFromDBSnapshot', 'RestoreDBInstanceFromS3'],
  ...['RestoreDBInstanceToPointInTime', 'RestoreDBClusterFromSnapshot', 'RestoreDBClusterFromS3'],
  ...[
    'RestoreDBClusterToPointInTime',
    'CreateDBClusterEndpoint',
    'CreateDBShardGroup',
    'CreateCustomDBEngineVersion',
  ],
] as const;

describe.each(TAKES_TAGS)('%s', (action) => {
  test.each([
    ['pg-headroom'],
    ['pg-headroom:policy'],
    ['team', 'pg-headroom'],
    ['PG-Headroom'],
    ['Pg-Headroom:Policy'],
  ])('with the key %s is denied to a developer', (...tags) => {
    expect(call(action, tags)).toBe('denied');
  });

  test('is left alone without our keys', () => {
    for (const tags of [[], ['team'], ['pg-headroom2'], ['my:pg-headroom']])
      expect(call(action, tags)).toBe('allowed');
  });

  test('is allowed to the roles that are named', () => {
    for (const role of [
      'arn:aws:iam::111122223333:role/platform-database',
      'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_DatabaseAdmins_0a1b',
    ])
      expect(call(action, ['pg-headroom'], role)).toBe('allowed');
  });

  test('is denied to roles whose names are like theirs', () => {
    for (const role of [
      'arn:aws:iam::111122223333:role/my/platform-database',
      'arn:aws:iam::111122223333:role/xplatform-database',
      'arn:aws:iam::111122223333:user/platform-database',
    ])
      expect(call(action, ['pg-headroom'], role)).toBe('denied');
  });
});

test('The policy fits into the 5,120 bytes of a service control policy, with sixty roles', () => {
  const roles = Array.from(
    { length: 60 },
    (_, at) => `arn:aws:iam::111122223333:role/platform/database-owner-${at}`,
  );
  const text = JSON.stringify(tagGuardrail([PLATFORM, ...roles]));
  expect(Buffer.byteLength(text)).toBeLessThan(5_120);
});
