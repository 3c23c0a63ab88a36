import { describe, expect, test } from 'vitest';
import { parseDigestConfig, parseSummariesConfig } from '../../../functions/config/fleet-config.ts';
import { HUB_FUNCTIONS } from '../../../functions/contract.ts';
import { decide } from '../../support/iam-evaluator.ts';
import {
  ACCOUNT,
  deployed,
  documentOf,
  FLEET_TEMPLATES,
  functionOf,
  ofType,
  REGION,
  rolesOf,
  statementsOf,
} from './fleet-templates.ts';

/** The digest of all cells, which is optional, and what its functions may do. */

const given = { TeamsSecret: 'pg-headroom/teams' };
const digest = deployed('fleet-digest', given);
const rightsOf = (name: keyof typeof HUB_FUNCTIONS) =>
  statementsOf(digest, functionOf(digest, HUB_FUNCTIONS[name]).role);
const [[tableId = ''] = []] = ofType(digest, 'AWS::DynamoDB::Table');
const [[topicId = ''] = []] = ofType(digest, 'AWS::SNS::Topic');
const TABLE = `<${tableId}>.Arn`;
const TOPIC = `<${topicId}>`;
const may = (name: keyof typeof HUB_FUNCTIONS, action: string, resource: string) =>
  decide(rightsOf(name), { action, resource });

/** Everything that either function might want of DynamoDB, of the hub's bucket, of the bus, of Lambda and of RDS. */
const ACTIONS = [
  ...['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'Scan', 'Query'].map(
    (each) => [`dynamodb:${each}`, TABLE] as const,
  ),
  ...['registry', 'memory', 'claims', 'outbox'].flatMap((name) =>
    ['Scan', 'UpdateItem', 'PutItem'].map(
      (each) =>
        [`dynamodb:${each}`, `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/pg-headroom-${name}`] as const,
    ),
  ),
  ...['GetObject', 'PutObject', 'DeleteObject', 'PutBucketPolicy'].map(
    (each) => [`s3:${each}`, 'arn:aws:s3:::acme-headroom-hub/policies/default.json'] as const,
  ),
  ['s3:PutObject', 'arn:aws:s3:::acme-headroom-hub/switch.json'],
  ['s3:PutObject', `arn:aws:s3:::acme-headroom-${REGION}/pg-headroom/code.zip`],
  ['events:PutEvents', `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/pg-headroom`],
  ['events:PutRule', '*'],
  ['sns:Publish', TOPIC],
  ['sns:Subscribe', TOPIC],
  ['sns:Publish', `arn:aws:sns:${REGION}:${ACCOUNT}:other`],
  ['lambda:InvokeFunction', `arn:aws:lambda:${REGION}:${ACCOUNT}:function:pg-headroom-fleet-dispatch`],
  ['lambda:UpdateFunctionCode', `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${HUB_FUNCTIONS.digest}`],
  ['iam:PassRole', '*'],
  ['sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/admin`],
  ['rds-db:connect', `arn:aws:rds-db:${REGION}:${ACCOUNT}:dbuser:db-ABC/headroom`],
  ['rds:AddTagsToResource', '*'],
  ['secretsmanager:GetSecretValue', `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:app-Ab3dEf`],
  [
    'secretsmanager:GetSecretValue',
    `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:pg-headroom/teams-Ab3dEf`,
  ],
] as const;
const allowedOf = (name: keyof typeof HUB_FUNCTIONS) =>
  ACTIONS.filter(([action, resource]) => may(name, action, resource) === 'allowed');

describe('The rights', () => {
  test('of what hears other accounts are one write to its own table', () => {
    expect(allowedOf('summaries')).toEqual([['dynamodb:UpdateItem', TABLE]]);
  });

  test('of what tells people are to read that table, its own topic and its receivers', () => {
    expect(allowedOf('digest')).toEqual([
      ['dynamodb:Scan', TABLE],
      ['sns:Publish', TOPIC],
      [
        'secretsmanager:GetSecretValue',
        `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:pg-headroom/teams-Ab3dEf`,
      ],
    ]);
  });

  test('of all roles together are three, with that of the schedule', () => {
    expect(rolesOf(digest)).toHaveLength(3);
    for (const role of rolesOf(digest))
      for (const { Action } of statementsOf(digest, role)) expect(JSON.stringify(Action)).not.toContain('*');
  });
});

describe('What invokes them', () => {
  test('is one rule of the bus for the function that keeps, and nothing else of other accounts', () => {
    const [[ruleId, rule] = []] = ofType(digest, 'AWS::Events::Rule');
    expect(rule?.Properties).toMatchObject({
      EventBusName: 'pg-headroom',
      EventPattern: { source: ['pg-headroom'], 'detail-type': ['summary'] },
    });
    const permissions = ofType(digest, 'AWS::Lambda::Permission').map(([, { Properties }]) => Properties);
    expect(permissions).toHaveLength(1);
    expect(permissions[0]).toMatchObject({ Principal: 'events.amazonaws.com', SourceArn: `<${ruleId}>.Arn` });
    expect(String(permissions[0]?.FunctionName)).toContain('Keep');
  });

  test('is a weekly schedule for the function that tells, which Scheduler tries again', () => {
    const schedules = ofType(digest, 'AWS::Scheduler::Schedule');
    expect(schedules).toHaveLength(1);
    expect(schedules[0]?.[1].Properties).toMatchObject({
      ScheduleExpression: 'cron(0 8 ? * MON *)',
      ScheduleExpressionTimezone: 'Etc/UTC',
      Target: { RetryPolicy: { MaximumRetryAttempts: 5 } },
    });
    expect(JSON.stringify(schedules[0])).toContain('<aws.scheduler.scheduled-time>');
  });

  test('that fails for good is told by Lambda to the topic of the digest', () => {
    const configs = ofType(digest, 'AWS::Lambda::EventInvokeConfig').map(([, { Properties }]) => Properties);
    const told = configs.filter(({ DestinationConfig }) => DestinationConfig !== undefined);
    expect(told).toHaveLength(1);
    expect(String(told[0]?.FunctionName)).toContain('Tell');
    expect(told[0]?.DestinationConfig).toEqual({ OnFailure: { Destination: TOPIC } });
  });
});

test('Its template asks for no pager, because a digest wakes nobody', () => {
  expect(Object.keys(FLEET_TEMPLATES['fleet-digest']?.Parameters ?? {}).toSorted()).toEqual([
    'CodeBucket',
    'DigestSchedule',
    'TeamsSecret',
    'WebhookSecret',
    'WebhookUrl',
  ]);
});

test('The functions understand the environment that their template gives them', () => {
  const environmentOf = (name: string) =>
    (
      functionOf(digest, name).properties.Environment as {
        readonly Variables: Readonly<Record<string, string>>;
      }
    ).Variables;
  expect(parseSummariesConfig(environmentOf(HUB_FUNCTIONS.summaries))).toEqual({ summaries: `<${tableId}>` });
  expect(parseDigestConfig(environmentOf(HUB_FUNCTIONS.digest))).toMatchObject({
    ...{ summaries: `<${tableId}>`, topic: TOPIC },
    receivers: [{ kind: 'teams', secret: 'pg-headroom/teams' }],
  });
});

test('The topic takes messages by TLS only, and from nobody but the role', () => {
  const [[, policy] = []] = ofType(digest, 'AWS::SNS::TopicPolicy');
  const statements = documentOf(policy?.Properties ?? {});
  const publish = (context: Readonly<Record<string, string>>) =>
    decide(statements, { action: 'sns:Publish', resource: TOPIC, context });
  expect(publish({ 'aws:SecureTransport': 'false' })).toBe('denied');
  expect(publish({ 'aws:SecureTransport': 'true' })).toBe('not allowed');
});

test('Without its stack nothing of a digest is in hub and cell but the words of the cell', () => {
  const types = ['fleet-hub', 'fleet-cell'].flatMap((name) =>
    Object.values(deployed(name, { HubBucket: 'acme', OrganizationId: 'o-a1b2c3d4e5' })).map(
      ({ Type }) => Type,
    ),
  );
  expect(types).not.toContain('AWS::Events::Rule');
});
