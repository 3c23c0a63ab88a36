import { describe, expect, test } from 'vitest';
import { FLEET_FUNCTIONS, fleetLoginRole, fleetRemediateName } from '../../../functions/contract.ts';
import { decide } from '../../support/iam-evaluator.ts';
import {
  arnOf,
  CELL,
  EVERY_ROLE,
  FURTHER_VPC,
  functionArnOf,
  HUB,
  LOGIN_ROLE,
  loginRightsOf,
  managedPolicyOf,
  NETWORK,
  tableArnOf,
} from './cell-roles.ts';
import { ACCOUNT, ofType, VPC } from './fleet-templates.ts';

/** What no role of a fleet may do, and what people may. */

const LOGIN = loginRightsOf(NETWORK);

/** What would let a role of ours take more than it has. */
const ESCALATIONS = [
  ...[
    'CreateFunction',
    'UpdateFunctionCode',
    'UpdateFunctionConfiguration',
    'AddPermission',
    'DeleteFunction',
  ].map((each) => ['lambda', each, functionArnOf(fleetRemediateName(VPC))] as const),
  ...['PassRole', 'AttachRolePolicy', 'PutRolePolicy', 'CreateRole', 'UpdateAssumeRolePolicy'].map(
    (each) => ['iam', each, `arn:aws:iam::${ACCOUNT}:role/${fleetLoginRole(VPC)}`] as const,
  ),
  ...['AuthorizeSecurityGroupIngress', 'CreateNetworkInterface', 'RunInstances', 'CreateVpcEndpoint'].map(
    (each) => ['ec2', each, '*'] as const,
  ),
  ['sts', 'AssumeRole', `arn:aws:iam::${ACCOUNT}:role/admin`],
  ['secretsmanager', 'GetSecretValue', arnOf('secretsmanager', 'secret:app-Ab3dEf')],
  ['kms', 'Decrypt', arnOf('kms', 'key/0a1b')],
  ['s3', 'PutObject', `arn:aws:s3:::${HUB}/policies/default.json`],
  ['s3', 'DeleteObject', `arn:aws:s3:::${HUB}/switch.json`],
] as const;

const TAGGING = [
  ...[
    'AddTagsToResource',
    'RemoveTagsFromResource',
    'CreateDBInstance',
    'CreateDBCluster',
    'CreateDBInstanceReadReplica',
  ],
  ...[
    'CreateBlueGreenDeployment',
    'CreateDBSnapshot',
    'CreateDBClusterSnapshot',
    'CopyDBSnapshot',
    'CopyDBClusterSnapshot',
  ],
  ...['RestoreDBInstanceFromDBSnapshot', 'RestoreDBInstanceFromS3', 'RestoreDBInstanceToPointInTime'],
  ...['RestoreDBClusterFromSnapshot', 'RestoreDBClusterFromS3', 'RestoreDBClusterToPointInTime'],
  ...['ModifyDBInstance', 'ModifyDBCluster', 'DeleteDBInstance', 'RebootDBInstance', 'StopDBInstance'],
] as const;

describe.each(EVERY_ROLE.filter(([id]) => !id.startsWith('Operators')))('The role %s', (id, statements) => {
  test('makes no function, passes no role, adds no permission and reads no secret', () => {
    const allowed = ESCALATIONS.filter(
      ([service, action, resource]) =>
        decide(statements, { action: `${service}:${action}`, resource }) === 'allowed',
    );
    // The service of Lambda makes the network interfaces of a function in a VPC as the function's role.
    const byService = id === LOGIN_ROLE ? [['ec2', 'CreateNetworkInterface', '*']] : [];
    expect(allowed).toEqual(byService);
  });

  test('changes no tag and no database by any call of RDS', () => {
    for (const action of TAGGING)
      expect([action, decide(statements, { action: `rds:${action}`, resource: '*' })]).toEqual([
        action,
        'not allowed',
      ]);
  });
});

test('The code of a network function may not make the network interfaces that the service makes for it', () => {
  const context = { 'lambda:SourceFunctionArn': `<RemediateFunction96205B86>.Arn` };
  expect(decide(LOGIN, { action: 'ec2:CreateNetworkInterface', resource: '*', context })).toBe('denied');
});

describe('People who look after a cell', () => {
  const { statements } = managedPolicyOf('operators');
  const update = (name: 'registry' | 'memory', attributes: readonly string[]) =>
    decide(statements, {
      action: 'dynamodb:UpdateItem',
      resource: tableArnOf(name),
      context: { 'dynamodb:Attributes': attributes, 'dynamodb:ReturnValues': 'NONE' },
    });

  test('accept, pause and resume, and change nothing else of an item', () => {
    expect(update('registry', ['key', 'accepted'])).toBe('allowed');
    expect(update('registry', ['key', 'people'])).toBe('allowed');
    expect(update('registry', ['key', 'proof'])).toBe('allowed');
    expect(update('memory', ['server', 'pause', 'version'])).toBe('allowed');
    for (const attributes of [['key', 'item'], ['key', 'organisation'], ['key', 'proof', 'item'], []])
      expect(update('registry', attributes)).toBe('not allowed');
    expect(update('memory', ['server', 'memory'])).toBe('not allowed');
  });

  test('prove a cell: they ask the functions of networks, read tags, and change none', () => {
    const may = (action: string, resource: string) => decide(statements, { action, resource });
    for (const vpc of [VPC, FURTHER_VPC])
      expect(may('lambda:InvokeFunction', functionArnOf(fleetRemediateName(vpc)))).toBe('allowed');
    for (const name of [
      FLEET_FUNCTIONS.dispatch,
      FLEET_FUNCTIONS.intake,
      FLEET_FUNCTIONS.triggers,
      'billing',
    ])
      expect([name, may('lambda:InvokeFunction', functionArnOf(name))]).toEqual([name, 'not allowed']);
    for (const resource of ['db:test', 'cluster:test'])
      expect(may('rds:ListTagsForResource', arnOf('rds', resource))).toBe('allowed');
    expect(may('rds:ListTagsForResource', arnOf('rds', 'snapshot:test'))).toBe('not allowed');
    for (const action of TAGGING)
      expect([action, may(`rds:${action}`, arnOf('rds', 'db:test'))]).toEqual([action, 'not allowed']);
  });

  test('stop and start again, and attach no other policy', () => {
    const attach = (role: string, policy: string) =>
      decide(statements, {
        action: 'iam:AttachRolePolicy',
        resource: `arn:aws:iam::${ACCOUNT}:role/${role}`,
        context: { 'iam:PolicyARN': policy },
      });
    const stop = `<${managedPolicyOf('stop').id}>`;
    expect(attach(fleetLoginRole(VPC), stop)).toBe('allowed');
    expect(attach(fleetLoginRole(VPC), 'arn:aws:iam::aws:policy/AdministratorAccess')).toBe('not allowed');
    expect(attach('admin', stop)).toBe('not allowed');
    expect(
      decide(statements, {
        action: 'iam:PutRolePolicy',
        resource: `arn:aws:iam::${ACCOUNT}:role/${fleetLoginRole(VPC)}`,
      }),
    ).toBe('not allowed');
  });
});

describe.each(EVERY_ROLE.filter(([id]) => !id.startsWith('Operators')))(
  'Of the proof of a cell, %s',
  (_, statements) => {
    const on = (action: string, attributes: readonly string[]) =>
      decide(statements, {
        action: `dynamodb:${action}`,
        resource: tableArnOf('registry'),
        context: {
          'dynamodb:LeadingKeys': ['cell#switch'],
          'dynamodb:Attributes': attributes,
          'dynamodb:ReturnValues': 'NONE',
        },
      });

    test('writes nothing: it cannot say itself what it is bound by', () => {
      for (const attributes of [['key', 'proof'], ['key', 'organisation', 'proof'], []])
        expect([attributes, on('UpdateItem', attributes)]).toEqual([attributes, 'not allowed']);
      for (const action of ['PutItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems', 'PartiQLUpdate'])
        expect([action, on(action, ['key', 'proof'])]).toEqual([action, 'not allowed']);
    });
  },
);

test('CloudWatch Logs may invoke intake from log groups of RDS of this account, and nothing else may', () => {
  const permissions = ofType(CELL, 'AWS::Lambda::Permission').map(([, { Properties }]) => Properties);
  expect(permissions.filter(({ Principal }) => Principal === 'logs.amazonaws.com')).toEqual([
    expect.objectContaining({
      SourceAccount: ACCOUNT,
      SourceArn: arnOf('logs', 'log-group:/aws/rds/*:*'),
    }),
  ]);
  expect(permissions.map(({ Principal }) => Principal).toSorted()).toEqual([
    'lambda.alarms.cloudwatch.amazonaws.com',
    'logs.amazonaws.com',
  ]);
});
