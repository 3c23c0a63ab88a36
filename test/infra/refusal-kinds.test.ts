import { describe, expect, test } from 'vitest';
import { parseRemediateConfig } from '../../functions/config/config.ts';
import { refusalPattern, refusalQuery } from '../../infra/constructs/refusal-wording.ts';
import { aServer, resources, statements, synthesize, theOnly } from './synthesis.ts';

const CLUSTER_LOG = '/aws/rds/cluster/shop/postgresql';
const host = (name: string) => ({ name, host: `${name}.example.com` });
const cluster = { logGroup: CLUSTER_LOG };
const { servers } = synthesize([
  aServer({ ...host('lines'), alarm: 'subscription' }),
  aServer({ ...host('first'), ...cluster, alarm: 'subscription', logStream: 'shop-1' }),
  aServer({ ...host('query'), alarm: 'log-alarm' }),
  aServer({ ...host('second'), ...cluster, alarm: 'log-alarm', logStream: 'shop-2' }),
  aServer({ ...host('clock'), alarm: 'none', logGroup: undefined }),
  aServer({
    ...host('theirs'),
    alarm: 'none',
    alarmTopicArns: ['arn:aws:sns:eu-west-1:111122223333:database-alarms'],
  }),
]);

const functionOf = (name: string) => theOnly(servers, 'AWS::Lambda::Function', `${name}Remediation`);
const arnOf = (name: string) => ({ 'Fn::GetAtt': [functionOf(name)[0], 'Arn'] });
const variablesOf = (name: string) =>
  (functionOf(name)[1].Properties.Environment as { readonly Variables: Record<string, string> }).Variables;
const permissionOf = (name: string) =>
  theOnly(servers, 'AWS::Lambda::Permission', `${name}Remediation`)[1].Properties;
const logArn = (group: string) => ({
  'Fn::Join': [
    '',
    [
      'arn:',
      { Ref: 'AWS::Partition' },
      ':logs:',
      { Ref: 'AWS::Region' },
      ':',
      { Ref: 'AWS::AccountId' },
      `:log-group:${group}:*`,
    ],
  ],
});

describe('a log subscription', () => {
  const [, subscription] = theOnly(servers, 'AWS::Logs::SubscriptionFilter', 'lines');

  test('sends the lines of every wording to the function of its server', () => {
    expect(subscription.Properties).toEqual({
      LogGroupName: aServer().logGroup,
      FilterName: 'pg-headroom-lines',
      FilterPattern: refusalPattern().logPatternString,
      DestinationArn: arnOf('lines'),
    });
  });

  test("is made when this log group, and no other of this account's, may invoke the function", () => {
    const [permissionId] = theOnly(servers, 'AWS::Lambda::Permission', 'lines');
    expect(subscription.DependsOn).toEqual([permissionId]);
    expect(permissionOf('lines')).toEqual({
      Action: 'lambda:InvokeFunction',
      FunctionName: arnOf('lines'),
      Principal: 'logs.amazonaws.com',
      SourceAccount: { Ref: 'AWS::AccountId' },
      SourceArn: logArn(String(aServer().logGroup)),
    });
  });

  test('lets one run follow the other, so that a run knows the tries of the one before', () => {
    expect(functionOf('lines')[1].Properties.ReservedConcurrentExecutions).toBe(1);
  });

  test("tells the function which stream is its server's, where a cluster's instances share the group", () => {
    const first = { ...variablesOf('first'), HEADROOM_TABLE: 'memory' };
    expect(parseRemediateConfig(first).logStream).toBe('shop-1');
    expect(variablesOf('lines')).not.toHaveProperty('HEADROOM_LOG_STREAM');
  });
});

describe('an alarm on a query', () => {
  const [alarmId, alarm] = theOnly(servers, 'AWS::CloudWatch::LogAlarm', 'query');
  const [roleId, role] = theOnly(servers, 'AWS::IAM::Role', 'queryRemediationRefusals');

  test('asks for every wording each minute, in the last three minutes', () => {
    expect(alarm.Properties.ScheduledQueryConfiguration).toEqual({
      QueryString: refusalQuery(),
      AggregationExpression: 'count(*)',
      LogGroupIdentifiers: [aServer().logGroup],
      ScheduleConfiguration: {
        ScheduleExpression: 'rate(1 minute)',
        StartTimeOffset: 180,
        EndTimeOffset: 0,
      },
      ScheduledQueryRoleARN: { 'Fn::GetAtt': [roleId, 'Arn'] },
    });
  });

  test("asks one stream where a cluster's instances share the group", () => {
    const [, second] = theOnly(servers, 'AWS::CloudWatch::LogAlarm', 'second');
    expect(second.Properties.ScheduledQueryConfiguration).toMatchObject({
      QueryString: refusalQuery('shop-2'),
      LogGroupIdentifiers: [CLUSTER_LOG],
    });
  });

  test('fires on the first refusal, treats silence as health, and has a name that no metric alarm has', () => {
    expect(alarm.Properties).toMatchObject({
      AlarmName: 'pg-headroom-query-refusals-in-log',
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      QueryResultsToEvaluate: 1,
      QueryResultsToAlarm: 1,
      TreatMissingData: 'notBreaching',
    });
  });

  test('invokes the function of its server, and may', () => {
    expect(alarm.Properties.AlarmActions).toEqual([arnOf('query')]);
    expect(permissionOf('query')).toEqual({
      Action: 'lambda:InvokeFunction',
      FunctionName: arnOf('query'),
      Principal: 'lambda.alarms.cloudwatch.amazonaws.com',
      SourceAccount: { Ref: 'AWS::AccountId' },
      SourceArn: { 'Fn::GetAtt': [alarmId, 'Arn'] },
    });
  });

  test('queries in a role that may do so in this log group alone, and that is complete before', () => {
    const trust = JSON.stringify(role.Properties.AssumeRolePolicyDocument);
    expect(trust).toContain('"Service":"logs.amazonaws.com"');
    expect(trust).toContain('"aws:SourceAccount":{"Ref":"AWS::AccountId"}');
    expect(trust).toMatch(/"ArnLike":\{"aws:SourceArn":.*":logs:".*"AWS::AccountId"\},":\*"/);
    expect(statements(servers, 'queryRemediationRefusals')).toEqual([
      { Effect: 'Allow', Action: 'logs:StartQuery', Resource: logArn(String(aServer().logGroup)) },
      {
        Effect: 'Allow',
        Action: ['logs:DescribeLogGroups', 'logs:GetQueryResults', 'logs:StopQuery'],
        Resource: '*',
      },
    ]);
    const [policyId] = theOnly(servers, 'AWS::IAM::Policy', 'queryRemediationRefusals');
    expect(alarm.DependsOn).toEqual(expect.arrayContaining([policyId]));
  });
});

describe('no alarm', () => {
  test.each([
    'AWS::Logs::MetricFilter',
    'AWS::Logs::SubscriptionFilter',
    'AWS::CloudWatch::LogAlarm',
    'AWS::Lambda::Permission',
  ])('is no %s', (type) => {
    expect(resources(servers, type, 'clockRemediation')).toEqual([]);
  });

  test('leaves the schedule', () => {
    expect(resources(servers, 'AWS::Scheduler::Schedule', 'clock')).toHaveLength(1);
  });
});

describe('alarms of your own', () => {
  const topic = 'arn:aws:sns:eu-west-1:111122223333:database-alarms';

  test('reach the function by their topic, and no other topic does', () => {
    const [, subscription] = theOnly(servers, 'AWS::SNS::Subscription', 'theirs');
    expect(subscription.Properties).toEqual({
      Protocol: 'lambda',
      TopicArn: topic,
      Endpoint: arnOf('theirs'),
    });
    expect(permissionOf('theirs')).toEqual({
      Action: 'lambda:InvokeFunction',
      FunctionName: arnOf('theirs'),
      Principal: 'sns.amazonaws.com',
      SourceArn: topic,
    });
  });
});
