import { describe, expect, test } from 'vitest';
import { FLEET_FUNCTIONS, fleetRemediateName } from '../../../functions/contract.ts';
import { decide } from '../../support/iam-evaluator.ts';
import { arnOf, functionArnOf, HUB, rightsOf, tableArnOf } from './cell-roles.ts';
import { deployed, functionOf, statementsOf, VPC } from './fleet-templates.ts';

/** What each function of a cell may do, and what it may not. */

describe('The dispatcher', () => {
  const dispatch = rightsOf('dispatch');
  const may = (action: string, resource: string, context = {}) =>
    decide(dispatch, { action, resource, context });

  test('reads databases, networks and policies, and starts runs', () => {
    expect(may('rds:DescribeDBInstances', '*')).toBe('allowed');
    expect(may('ssm:GetParametersByPath', arnOf('ssm', 'parameter/pg-headroom/fleet/network'))).toBe(
      'allowed',
    );
    expect(may('ssm:GetParametersByPath', arnOf('ssm', 'parameter/pg-headroom/declared/orders'))).toBe(
      'allowed',
    );
    expect(may('s3:GetObject', `arn:aws:s3:::${HUB}/policies/default.json`)).toBe('allowed');
    expect(may('s3:GetObject', `arn:aws:s3:::${HUB}/switch.json`)).toBe('allowed');
    expect(may('lambda:InvokeFunction', functionArnOf(fleetRemediateName(VPC)))).toBe('allowed');
  });

  test('of CloudWatch reads counts, and changes nothing', () => {
    expect(may('cloudwatch:GetMetricData', '*')).toBe('allowed');
    for (const action of ['PutMetricData', 'PutMetricAlarm', 'SetAlarmState', 'DeleteAlarms'])
      expect(may(`cloudwatch:${action}`, '*')).toBe('not allowed');
    for (const action of ['FilterLogEvents', 'GetLogEvents', 'StartQuery'])
      expect(may(`logs:${action}`, arnOf('logs', 'log-group:/aws/rds/instance/orders/postgresql:*'))).toBe(
        'not allowed',
      );
  });

  test('invokes no other function, and reads no other parameter or object', () => {
    expect(may('lambda:InvokeFunction', functionArnOf('pg-headroom-orders'))).toBe('not allowed');
    expect(may('lambda:InvokeFunction', functionArnOf('billing'))).toBe('not allowed');
    expect(may('ssm:GetParametersByPath', arnOf('ssm', 'parameter/app'))).toBe('not allowed');
    expect(may('ssm:GetParameter', arnOf('ssm', 'parameter/app/password'))).toBe('not allowed');
    expect(may('s3:GetObject', `arn:aws:s3:::${HUB}/other.json`)).toBe('not allowed');
  });

  const update = (key: string, ...attributes: readonly string[]) =>
    may('dynamodb:UpdateItem', tableArnOf('registry'), {
      'dynamodb:LeadingKeys': [key],
      'dynamodb:Attributes': ['key', ...attributes],
    });

  test('writes what it found of databases, and nothing that people or the triggers write', () => {
    expect(update(`${VPC}#db-ABC`, 'item', 'expiresAt')).toBe('allowed');
    expect(update('cell#switch', 'organisation')).toBe('allowed');
    expect(update(`${VPC}#db-ABC`, 'accepted')).toBe('not allowed');
    expect(update('cell#switch', 'people')).toBe('not allowed');
    expect(update('cell#switch', 'proof')).toBe('not allowed');
    expect(update('cell#rungs', 'item')).toBe('not allowed');
  });

  test('of the memory reads only what needs attention', () => {
    expect(may('dynamodb:Query', `${tableArnOf('memory')}/index/attention`)).toBe('allowed');
    for (const action of ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Scan'])
      expect(
        may(`dynamodb:${action}`, tableArnOf('memory'), { 'dynamodb:LeadingKeys': [`${VPC}#db-ABC`] }),
      ).toBe('not allowed');
  });

  test('reads nothing of an organisation where none is declared', () => {
    const alone = deployed('fleet-cell');
    const statements = statementsOf(alone, functionOf(alone, FLEET_FUNCTIONS.dispatch).role);
    const resources = statements.flatMap(({ Resource }) => Resource);
    expect(resources.filter((each) => each.includes(':s3:'))).toEqual([]);
    const { properties } = functionOf(alone, FLEET_FUNCTIONS.dispatch);
    expect(Object.keys((properties.Environment as { Variables: object }).Variables)).not.toContain(
      'HEADROOM_HUB_BUCKET',
    );
  });
});

describe('What reads hostile texts', () => {
  test('starts ordinary runs at most: intake writes no more than tokens', () => {
    const intake = rightsOf('intake');
    const claim = (key: string) =>
      decide(intake, {
        action: 'dynamodb:PutItem',
        resource: tableArnOf('claims'),
        context: { 'dynamodb:LeadingKeys': [key] },
      });
    expect(claim(`token#${VPC}#db-ABC`)).toBe('allowed');
    expect(claim('period#2026-11-29T03:20:00Z')).toBe('not allowed');
    const writes = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'].flatMap((action) =>
      (['registry', 'memory', 'outbox'] as const).map((name) =>
        decide(intake, {
          action: `dynamodb:${action}`,
          resource: tableArnOf(name),
          context: { 'dynamodb:LeadingKeys': [`${VPC}#db-ABC`] },
        }),
      ),
    );
    expect(new Set(writes)).toEqual(new Set(['not allowed']));
  });

  test('changes no mode: report only reads the registry', () => {
    const report = rightsOf('report');
    const onRegistry = (action: string) =>
      decide(report, {
        action: `dynamodb:${action}`,
        resource: tableArnOf('registry'),
        context: { 'dynamodb:LeadingKeys': [`${VPC}#db-ABC`] },
      });
    for (const action of ['GetItem', 'Scan']) expect(onRegistry(action)).toBe('allowed');
    for (const action of ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'])
      expect(onRegistry(action)).toBe('not allowed');
    for (const action of ['PutItem', 'Scan'])
      expect(decide(report, { action: `dynamodb:${action}`, resource: tableArnOf('memory') })).toBe(
        'allowed',
      );
    expect(
      decide(report, { action: 'lambda:InvokeFunction', resource: functionArnOf(fleetRemediateName(VPC)) }),
    ).toBe('not allowed');
  });
});

describe('Of the secrets', () => {
  const read = (resources: ReturnType<typeof deployed>, name: string) =>
    decide(statementsOf(resources, functionOf(resources, FLEET_FUNCTIONS.report).role), {
      action: 'secretsmanager:GetSecretValue',
      resource: arnOf('secretsmanager', `secret:${name}`),
    });

  test('report reads those of the declared receivers, and no others', () => {
    const cell = deployed('fleet-cell', { TeamsSecret: 'pg-headroom/teams' });
    expect(read(cell, 'pg-headroom/teams-AbCdEf')).toBe('allowed');
    for (const name of ['pg-headroom/teams-two-AbCdEf', 'pg-headroom/teams', 'rds!db-0a1b-AbCdEf'])
      expect(read(cell, name)).toBe('not allowed');
    expect(read(deployed('fleet-cell'), 'pg-headroom/teams-AbCdEf')).toBe('not allowed');
  });
});

describe('The function of the triggers', () => {
  const triggers = rightsOf('triggers');
  const onGroup = (action: string, group: string) =>
    decide(triggers, { action: `logs:${action}`, resource: arnOf('logs', `log-group:${group}:*`) });

  test('subscribes log groups of RDS, and no others', () => {
    for (const action of ['PutSubscriptionFilter', 'DeleteSubscriptionFilter', 'PutMetricFilter'])
      for (const [group, decision] of [
        ['/aws/rds/instance/orders/postgresql', 'allowed'],
        ['/aws/rds/cluster/orders/postgresql', 'allowed'],
        ['/aws/lambda/pg-headroom-fleet-report', 'not allowed'],
        ['/aws/rdsx/orders', 'not allowed'],
      ] as const)
        expect(onGroup(action, group)).toBe(decision);
  });

  test('reads no log and deletes no group', () => {
    for (const action of [
      'GetLogEvents',
      'FilterLogEvents',
      'StartQuery',
      'DeleteLogGroup',
      'PutRetentionPolicy',
    ])
      expect(onGroup(action, '/aws/rds/instance/orders/postgresql')).toBe('not allowed');
    expect(decide(triggers, { action: 'logs:PutAccountPolicy', resource: '*' })).toBe('not allowed');
  });

  test('writes the one item of the rungs', () => {
    const write = (key: string) =>
      decide(triggers, {
        action: 'dynamodb:UpdateItem',
        resource: tableArnOf('registry'),
        context: { 'dynamodb:LeadingKeys': [key], 'dynamodb:Attributes': ['key', 'item'] },
      });
    expect(write('cell#rungs')).toBe('allowed');
    for (const key of [`${VPC}#db-ABC`, 'cell#switch', 'cell#policy#default'])
      expect(write(key)).toBe('not allowed');
  });
});
