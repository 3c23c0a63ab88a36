import { describe, expect, test } from 'vitest';
import { parseRemediateConfig } from '../../functions/config/config.ts';
import { functionNameOf, HANDLER, REMEDIATE_TIMEOUT_SECONDS } from '../../functions/contract.ts';
import { REMEDIATE_ENV } from '../../functions/core/declaration/remediate-variables.ts';
import { parsePolicy, parsePolicyText } from '../../functions/core/policy/parse-policy.ts';
import { resources, theOnly } from './synthesis.ts';
import {
  example,
  functionId,
  imported,
  remediate,
  reportArn,
  templates,
  variablesOf,
} from './two-servers.ts';

const [tableId] = theOnly(templates.reporting, 'AWS::DynamoDB::Table');
/** What only the deployment knows, as it will look. */
const deployed = (server: string) => ({ ...variablesOf(server), [REMEDIATE_ENV.table]: 'memory' });

describe('the function of a server', () => {
  test('is the built bundle on Node 24 and arm64, with the time that the contract allows and more than half a CPU', () => {
    expect(remediate.Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: HANDLER,
      Timeout: REMEDIATE_TIMEOUT_SECONDS,
      MemorySize: 1_024,
    });
  });

  test("takes nothing of the account's concurrency, and is not traced", () => {
    expect(remediate.Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    expect(remediate.Properties).not.toHaveProperty('TracingConfig');
  });

  test('is named after its server, which is all that a failed run tells of it', () => {
    const [, { Properties }] = theOnly(templates.servers, 'AWS::Lambda::Function', 'orders');
    expect(Properties.FunctionName).toBe(functionNameOf('orders'));
  });

  test('runs in the declared network', () => {
    const { subnetIds } = example.vpc as { readonly subnetIds: readonly string[] };
    expect(remediate.Properties.VpcConfig).toEqual({
      SubnetIds: subnetIds,
      SecurityGroupIds: example.securityGroupIds,
    });
  });

  test('has the declared environment, by the names of the contract', () => {
    expect(variablesOf('orders')).toEqual({
      [REMEDIATE_ENV.server]: 'orders',
      [REMEDIATE_ENV.host]: example.host,
      [REMEDIATE_ENV.port]: '5432',
      [REMEDIATE_ENV.secret]: example.secretArn,
      [REMEDIATE_ENV.policy]: JSON.stringify(example.policy),
      [REMEDIATE_ENV.table]: imported({ Ref: tableId }),
    });
    expect(variablesOf('billing')).toMatchObject({
      [REMEDIATE_ENV.port]: '5433',
      [REMEDIATE_ENV.database]: 'maintenance',
      [REMEDIATE_ENV.tls]: 'off',
      [REMEDIATE_ENV.caFile]: '/var/task/ca.pem',
    });
  });

  test('has a policy that is the declared one when it is parsed where it runs', () => {
    expect(parsePolicyText(variablesOf('orders')[REMEDIATE_ENV.policy] ?? '')).toEqual(
      parsePolicy(example.policy),
    );
    expect(parsePolicyText(variablesOf('billing')[REMEDIATE_ENV.policy] ?? '').mode).toBe('observe');
  });

  test.each(['orders', 'billing'])(
    "has an environment that the function's own parser takes, for %s",
    (server) => {
      expect(parseRemediateConfig(deployed(server))).toMatchObject({ server });
    },
  );

  test('sends every result, good or bad, to the report function, and is neither retried nor run late', () => {
    const [, { Properties }] = theOnly(templates.servers, 'AWS::Lambda::EventInvokeConfig', 'orders');
    expect(Properties).toMatchObject({
      FunctionName: { Ref: functionId },
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
      DestinationConfig: { OnSuccess: { Destination: reportArn }, OnFailure: { Destination: reportArn } },
    });
    expect(reportArn['Fn::ImportValue']).toMatch(/^pg-headroom-reporting:/);
  });

  test('writes to a log group that empties in time, and outlives the stack', () => {
    const [logId, log] = theOnly(templates.servers, 'AWS::Logs::LogGroup', 'orders');
    expect(log.Properties.RetentionInDays).toBe(90);
    expect(log).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(remediate.Properties.LoggingConfig).toEqual({ LogFormat: 'JSON', LogGroup: { Ref: logId } });
  });
});

describe('a second server', () => {
  test('has everything of its own', () => {
    const types = [
      'Lambda::Function',
      'Scheduler::Schedule',
      'Logs::MetricFilter',
      'Logs::LogGroup',
      'Lambda::Permission',
    ];
    for (const type of types) expect(resources(templates.servers, `AWS::${type}`)).toHaveLength(2);
  });
});
