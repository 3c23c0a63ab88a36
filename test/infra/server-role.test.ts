import { describe, expect, test } from 'vitest';
import { statements, theOnly } from './synthesis.ts';
import { example, functionArn, imported, remediate, reportArn, templates } from './two-servers.ts';

const [tableId] = theOnly(templates.reporting, 'AWS::DynamoDB::Table');
const tableArn = imported({ 'Fn::GetAtt': [tableId, 'Arn'] });

describe("the function's role", () => {
  const [roleId] = theOnly(templates.servers, 'AWS::IAM::Role', 'ordersRemediationRemediate');
  const granted = statements(templates.servers, 'ordersRemediationRemediate');
  const denied = statements(templates.servers, 'ordersRemediationNetworkInterfaces');

  test('holds these permissions and no managed policy', () => {
    const [logId] = theOnly(templates.servers, 'AWS::Logs::LogGroup', 'orders');
    expect(granted.map(({ Effect, Action, Resource }) => ({ Effect, Action, Resource }))).toEqual([
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': [logId, 'Arn'] },
      },
      { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: example.secretArn },
      { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: tableArn },
      { Effect: 'Allow', Action: expect.arrayContaining(['ec2:CreateNetworkInterface']), Resource: '*' },
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: reportArn },
    ]);
    const [, role] = theOnly(templates.servers, 'AWS::IAM::Role', 'ordersRemediationRemediate');
    expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
    expect(role.Properties).not.toHaveProperty('Policies');
  });

  test("reads its own server's item of the memory and no other", () => {
    expect(granted.find(({ Action }) => Action === 'dynamodb:GetItem')?.Condition).toEqual({
      'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['orders', 'orders/counts'] },
    });
  });

  test('is complete before the function and its destination are made', () => {
    const [policyId] = theOnly(templates.servers, 'AWS::IAM::Policy', 'ordersRemediationRemediateRole');
    expect(remediate.DependsOn).toEqual(expect.arrayContaining([policyId, roleId]));
  });

  test("denies the network interfaces to the function's own code, in a policy of its own", () => {
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

  test('allow nothing on every resource but the network interfaces', () => {
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

  test('allow no action by wildcard', () => {
    expect(all.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
  });

  test('know nothing of another server', () => {
    expect(JSON.stringify(statements(templates.servers, 'orders'))).not.toContain('billing');
    expect(JSON.stringify(statements(templates.servers, 'billing'))).not.toContain('orders');
  });
});
