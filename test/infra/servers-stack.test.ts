import { describe, expect, it } from 'vitest';
import { parseRemediateConfig } from '../../functions/config.ts';
import {
  functionNameOf,
  HANDLER,
  METRIC_NAMESPACE,
  REFUSAL_PHRASES,
  REMEDIATE_ENV,
  REMEDIATE_TIMEOUT_SECONDS,
} from '../../functions/contract.ts';
import { parsePolicy, parsePolicyText } from '../../functions/core/parse-policy.ts';
import { parseTrigger } from '../../functions/core/trigger.ts';
import { aServer, CONTEXT, resources, statements, synthesize, theOnly } from './synthesis.ts';

const example = aServer();
const billing = aServer({
  name: 'billing',
  host: 'billing.example.com',
  port: 5433,
  database: 'maintenance',
  secretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:pg-headroom/billing-Gh4iJk',
  logGroup: '/aws/rds/instance/billing/postgresql',
  schedule: 'rate(2 hours)',
  policy: undefined,
  tls: 'off',
  caFile: '/var/task/ca.pem',
});
const templates = synthesize([...CONTEXT.servers, billing]);

const [functionId, remediate] = theOnly(templates.servers, 'AWS::Lambda::Function', 'orders');
const functionArn = { 'Fn::GetAtt': [functionId, 'Arn'] };
const [reportId] = theOnly(templates.reporting, 'AWS::Lambda::Function');

/** What the servers' stack calls the report function: the reporting stack's export of exactly its ARN. */
const reportArn = (() => {
  const outputs = Object.values(templates.reporting.findOutputs('*'));
  const output = outputs.find(
    ({ Value }) => JSON.stringify(Value) === JSON.stringify({ 'Fn::GetAtt': [reportId, 'Arn'] }),
  );
  return { 'Fn::ImportValue': output?.Export.Name };
})();

const variablesOf = (server: string) => {
  const [, { Properties }] = theOnly(templates.servers, 'AWS::Lambda::Function', server);
  return (Properties.Environment as { readonly Variables: Readonly<Record<string, string>> }).Variables;
};

describe('the function of a server', () => {
  it('is the built bundle on Node 24 and arm64, with the time and the concurrency that the contract allows', () => {
    expect(remediate.Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: HANDLER,
      Timeout: REMEDIATE_TIMEOUT_SECONDS,
      ReservedConcurrentExecutions: 2,
    });
  });

  it('is named after its server, which is all that a failed run tells of it', () => {
    const [, { Properties }] = theOnly(templates.servers, 'AWS::Lambda::Function', 'orders');
    expect(Properties.FunctionName).toBe(functionNameOf('orders'));
  });

  it('runs in the declared network', () => {
    const { subnetIds } = example.vpc as { readonly subnetIds: readonly string[] };
    expect(remediate.Properties.VpcConfig).toEqual({
      SubnetIds: subnetIds,
      SecurityGroupIds: [example.securityGroupId],
    });
  });

  it('has the declared environment, by the names of the contract', () => {
    expect(variablesOf('orders')).toEqual({
      [REMEDIATE_ENV.server]: 'orders',
      [REMEDIATE_ENV.host]: example.host,
      [REMEDIATE_ENV.port]: '5432',
      [REMEDIATE_ENV.database]: 'postgres',
      [REMEDIATE_ENV.secret]: example.secretArn,
      [REMEDIATE_ENV.policy]: JSON.stringify(example.policy),
    });
    expect(variablesOf('billing')).toMatchObject({
      [REMEDIATE_ENV.port]: '5433',
      [REMEDIATE_ENV.database]: 'maintenance',
      [REMEDIATE_ENV.tls]: 'off',
      [REMEDIATE_ENV.caFile]: '/var/task/ca.pem',
    });
  });

  it('has a policy that is the declared one when it is parsed where it runs', () => {
    expect(parsePolicyText(variablesOf('orders')[REMEDIATE_ENV.policy] ?? '')).toEqual(
      parsePolicy(example.policy),
    );
    expect(parsePolicyText(variablesOf('billing')[REMEDIATE_ENV.policy] ?? '').mode).toBe('observe');
  });

  it.each(['orders', 'billing'])(
    "has an environment that the function's own parser takes, for %s",
    (server) => {
      expect(parseRemediateConfig(variablesOf(server))).toMatchObject({ server });
    },
  );

  it('sends every result, good or bad, to the report function, and is neither retried nor run late', () => {
    const [, { Properties }] = theOnly(templates.servers, 'AWS::Lambda::EventInvokeConfig', 'orders');
    expect(Properties).toMatchObject({
      FunctionName: { Ref: functionId },
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
      DestinationConfig: { OnSuccess: { Destination: reportArn }, OnFailure: { Destination: reportArn } },
    });
    expect(reportArn['Fn::ImportValue']).toMatch(/^pg-headroom-reporting:/);
  });

  it('writes to a log group that ends', () => {
    const [logId, log] = theOnly(templates.servers, 'AWS::Logs::LogGroup', 'orders');
    expect(log.Properties.RetentionInDays).toBe(90);
    expect(remediate.Properties.LoggingConfig).toEqual({ LogGroup: { Ref: logId } });
  });
});

describe("the function's role", () => {
  const [roleId] = theOnly(templates.servers, 'AWS::IAM::Role', 'ordersRemediationRemediate');
  const granted = statements(templates.servers, 'ordersRemediationRemediate');
  const denied = statements(templates.servers, 'ordersRemediationNetworkInterfaces');

  it('holds these permissions and no managed policy', () => {
    const [logId] = theOnly(templates.servers, 'AWS::Logs::LogGroup', 'orders');
    expect(granted.map(({ Effect, Action, Resource }) => ({ Effect, Action, Resource }))).toEqual([
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': [logId, 'Arn'] },
      },
      { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: example.secretArn },
      { Effect: 'Allow', Action: expect.arrayContaining(['ec2:CreateNetworkInterface']), Resource: '*' },
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: reportArn },
    ]);
    const [, role] = theOnly(templates.servers, 'AWS::IAM::Role', 'ordersRemediationRemediate');
    expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
    expect(role.Properties).not.toHaveProperty('Policies');
  });

  it('is complete before the function and its destination are made', () => {
    const [policyId] = theOnly(templates.servers, 'AWS::IAM::Policy', 'ordersRemediationRemediateRole');
    expect(remediate.DependsOn).toEqual(expect.arrayContaining([policyId, roleId]));
  });

  it("denies the network interfaces to the function's own code, in a policy of its own", () => {
    const interfaces = granted.find(({ Resource }) => Resource === '*');
    expect(denied).toEqual([
      {
        Effect: 'Deny',
        Action: interfaces?.Action,
        Resource: '*',
        Condition: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } },
      },
    ]);
    const [, policy] = theOnly(templates.servers, 'AWS::IAM::Policy', 'ordersRemediationNetworkInterfaces');
    expect(policy.Properties.Roles).toEqual([{ Ref: roleId }]);
  });
});

describe('all roles of the stack', () => {
  const all = statements(templates.servers);

  it('allow nothing on every resource but the network interfaces', () => {
    const onAll = all.filter(
      ({ Effect, Resource }) => Effect === 'Allow' && JSON.stringify(Resource).includes('*'),
    );
    expect(onAll).toHaveLength(2);
    for (const { Action } of onAll)
      expect(
        [Action]
          .flat()
          .every((action) => /^ec2:\w*(NetworkInterfaces?|Subnets|PrivateIpAddresses)$/.test(action)),
      ).toBe(true);
  });

  it('allow no action by wildcard', () => {
    expect(all.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
  });

  it('know nothing of another server', () => {
    expect(JSON.stringify(statements(templates.servers, 'orders'))).not.toContain('billing');
    expect(JSON.stringify(statements(templates.servers, 'billing'))).not.toContain('orders');
  });
});

describe('the alarm on refusals', () => {
  const [, filter] = theOnly(templates.servers, 'AWS::Logs::MetricFilter', 'orders');
  const [alarmId, alarm] = theOnly(templates.servers, 'AWS::CloudWatch::Alarm', 'orders');

  it("counts each wording in the server's log, any of them being enough", () => {
    expect(filter.Properties.LogGroupName).toBe(example.logGroup);
    expect(filter.Properties.FilterPattern).toBe(REFUSAL_PHRASES.map((phrase) => `?"${phrase}"`).join(' '));
  });

  it('watches the metric of this server alone, a minute at a time', () => {
    const metric = { MetricName: 'Refusals/orders' };
    expect(filter.Properties.MetricTransformations).toEqual([
      { ...metric, MetricNamespace: METRIC_NAMESPACE, MetricValue: '1', DefaultValue: 0, Unit: 'Count' },
    ]);
    expect(alarm.Properties).toMatchObject({
      ...metric,
      Namespace: METRIC_NAMESPACE,
      Statistic: 'Sum',
      Period: 60,
    });
    const [, other] = theOnly(templates.servers, 'AWS::CloudWatch::Alarm', 'billing');
    expect(other.Properties.MetricName).toBe('Refusals/billing');
  });

  it('fires on the first refusal and treats silence as health', () => {
    expect(alarm.Properties).toMatchObject({
      AlarmName: 'pg-headroom-orders-refusals',
      AlarmDescription: expect.stringContaining('/aws/rds/instance/orders/postgresql'),
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
      TreatMissingData: 'notBreaching',
    });
  });

  it('invokes the function of its server, and may', () => {
    expect(alarm.Properties.AlarmActions).toEqual([functionArn]);
    const [, permission] = theOnly(templates.servers, 'AWS::Lambda::Permission', 'orders');
    expect(permission.Properties).toEqual({
      Action: 'lambda:InvokeFunction',
      FunctionName: functionArn,
      Principal: 'lambda.alarms.cloudwatch.amazonaws.com',
      SourceAccount: { Ref: 'AWS::AccountId' },
      SourceArn: { 'Fn::GetAtt': [alarmId, 'Arn'] },
    });
  });
});

describe('the schedule', () => {
  const [, schedule] = theOnly(templates.servers, 'AWS::Scheduler::Schedule', 'orders');
  const target = schedule.Properties.Target as Readonly<Record<string, unknown>>;

  it('has the declared period, and drops what is older than one', () => {
    expect(schedule.Properties).toMatchObject({
      Name: 'pg-headroom-orders',
      ScheduleExpression: 'rate(5 minutes)',
      State: 'ENABLED',
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
    expect(target.RetryPolicy).toEqual({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 300 });
    const [, other] = theOnly(templates.servers, 'AWS::Scheduler::Schedule', 'billing');
    expect(other.Properties).toMatchObject({
      ScheduleExpression: 'rate(2 hours)',
      Target: { RetryPolicy: { MaximumEventAgeInSeconds: 7200 } },
    });
  });

  it('sends an event that the function understands, once Scheduler has filled in its keywords', () => {
    const arn = 'arn:aws:scheduler:eu-west-1:111122223333:schedule/default/pg-headroom-orders';
    const input = String(target.Input)
      .replace('<aws.scheduler.scheduled-time>', '2026-11-21T03:15:00Z')
      .replace('<aws.scheduler.schedule-arn>', arn);
    expect(input).not.toContain('<aws.');
    expect(parseTrigger(JSON.parse(input))).toEqual({
      kind: 'schedule',
      at: '2026-11-21T03:15:00.000Z',
      id: `${arn} 2026-11-21T03:15:00.000Z`,
    });
  });

  it('invokes exactly the function of its server, in a role that only Scheduler here can take', () => {
    const [roleId, role] = theOnly(templates.servers, 'AWS::IAM::Role', 'ordersRemediationSweep');
    expect(target).toMatchObject({ Arn: functionArn, RoleArn: { 'Fn::GetAtt': [roleId, 'Arn'] } });
    expect(statements(templates.servers, 'ordersRemediationSweep')).toEqual([
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: functionArn },
    ]);
    const trust = JSON.stringify(role.Properties.AssumeRolePolicyDocument);
    expect(trust).toContain('"Service":"scheduler.amazonaws.com"');
    expect(trust).toContain('"aws:SourceAccount":{"Ref":"AWS::AccountId"}');
    expect(trust).toContain(':schedule-group/default');
  });
});

describe('a second server', () => {
  it('has everything of its own', () => {
    const types = [
      'Lambda::Function',
      'CloudWatch::Alarm',
      'Scheduler::Schedule',
      'Logs::MetricFilter',
      'Logs::LogGroup',
    ];
    for (const type of types) expect(resources(templates.servers, `AWS::${type}`)).toHaveLength(2);
  });
});
