import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ServerRemediation } from '../../infra/constructs/server-remediation.ts';
import type { ServerRemediationProps } from '../../infra/constructs/server-remediation-props.ts';
import { aServer, withApp } from './synthesis.ts';

export type Place = { readonly stack: Stack; readonly bundle: string };

/** Lends a stack of an app that is not ours. */
export function withStack<T>(use: (place: Place) => T): T {
  return withApp((app, bundle) => use({ stack: new Stack(app, 'Elsewhere'), bundle }));
}

type Overrides = { readonly [Key in keyof ServerRemediationProps]?: ServerRemediationProps[Key] | undefined };

/** The construct with only what has no default, and the overrides; one of undefined is left out. */
export function remediation(
  { stack, bundle }: Place,
  overrides: Overrides = {},
  id = 'Remediation',
): ServerRemediation {
  const here = (name: string) => `${id}${name}`;
  const report = 'arn:aws:lambda:eu-west-1:111122223333:function:report';
  const props: ServerRemediationProps = {
    server: 'orders',
    host: 'orders.example.com',
    secret: Secret.fromSecretCompleteArn(stack, here('Secret'), String(aServer().secretArn)),
    logGroup: LogGroup.fromLogGroupName(stack, here('ServerLog'), 'orders'),
    vpc: ec2.Vpc.fromVpcAttributes(stack, here('Vpc'), {
      vpcId: 'vpc-0a1b2c3d4e5f60718',
      availabilityZones: ['eu-west-1a'],
      privateSubnetIds: ['subnet-0a1b2c3d4e5f60718'],
      privateSubnetRouteTableIds: ['rtb-0a1b2c3d4e5f60718'],
    }),
    subnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, here('Group'), 'sg-0a1b2c3d4e5f60718')],
    report: lambda.Function.fromFunctionArn(stack, here('Report'), report),
    bundle,
  };
  const given = Object.entries({ ...props, ...overrides }).filter(([, value]) => value !== undefined);
  return new ServerRemediation(stack, id, Object.fromEntries(given) as unknown as ServerRemediationProps);
}
