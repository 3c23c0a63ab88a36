import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { IncidentReporting } from '../../infra/incident-reporting.ts';
import { ServerRemediation, type ServerRemediationProps } from '../../infra/server-remediation.ts';
import { aServer, theOnly, withApp } from './synthesis.ts';

const SECRET_ARN = String(aServer().secretArn);
const completeSecret = (scope: Construct): ISecret =>
  Secret.fromSecretCompleteArn(scope, 'Secret', SECRET_ARN);

/** The construct in somebody else's stack, with only what has no default. */
function remediation(
  { stack, bundle }: { readonly stack: Stack; readonly bundle: string },
  overrides: Partial<ServerRemediationProps> = {},
) {
  return new ServerRemediation(stack, 'Remediation', {
    server: 'orders',
    host: 'orders.example.com',
    secret: overrides.secret ?? completeSecret(stack),
    logGroup: LogGroup.fromLogGroupName(stack, 'ServerLog', 'orders'),
    vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0a1b2c3d4e5f60718',
      availabilityZones: ['eu-west-1a'],
      privateSubnetIds: ['subnet-0a1b2c3d4e5f60718'],
      privateSubnetRouteTableIds: ['rtb-0a1b2c3d4e5f60718'],
    }),
    subnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0a1b2c3d4e5f60718')],
    report: new IncidentReporting(stack, 'Reporting', { bundle }).report,
    bundle,
    ...overrides,
  });
}

function withStack<T>(use: (place: { readonly stack: Stack; readonly bundle: string }) => T): T {
  return withApp((app, bundle) => use({ stack: new Stack(app, 'Elsewhere'), bundle }));
}

describe("the constructs in somebody else's app", () => {
  it('need only what has no default, and observe every five minutes', () => {
    withStack((place) => {
      remediation(place);
      const template = Template.fromStack(place.stack);
      const [, schedule] = theOnly(template, 'AWS::Scheduler::Schedule');
      expect(schedule.Properties.ScheduleExpression).toBe('rate(5 minutes)');
      const [, { Properties }] = theOnly(template, 'AWS::Lambda::Function', 'Remediation');
      expect(Properties).toMatchObject({
        ReservedConcurrentExecutions: 2,
        Environment: { Variables: { HEADROOM_POLICY: '{}' } },
      });
    });
  });

  it('take another concurrency', () => {
    withStack((place) => {
      const { remediate } = remediation(place, { reservedConcurrency: 3 });
      expect(remediate.node.defaultChild).toMatchObject({ reservedConcurrentExecutions: 3 });
    });
  });

  it('refuse a policy that does not parse', () => {
    withStack((place) => {
      const policy = { relieve: { when: { usedPercnt: 95 } } };
      expect(() => remediation(place, { policy })).toThrow(
        /relieve\.when\.usedPercnt: found 95, allowed is no such key/,
      );
    });
  });

  it('refuse a secret whose ARN is not complete', () => {
    withStack((place) => {
      const secret = Secret.fromSecretNameV2(place.stack, 'ByName', 'orders');
      expect(() => remediation(place, { secret })).toThrow("The secret's ARN is not complete");
    });
  });

  it('say what to run when there is no bundle', () => {
    withStack((place) => {
      expect(() => remediation(place, { bundle: 'no/such/folder' })).toThrow(
        'found no index.mjs in no/such/folder. Run "npm run build" first.',
      );
    });
  });
});
