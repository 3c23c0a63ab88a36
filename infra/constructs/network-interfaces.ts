import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledgeResource } from './acknowledge.ts';
import type { BundledFunction } from './bundled-function.ts';

/** What Lambda does, in the function's name, to put it into a VPC. EC2 knows no narrower resource than all for these. */
const ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** Lets Lambda manage the network interfaces of a function in a VPC. */
export function networkInterfaces(): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: ACTIONS, resources: ['*'] });
}

/**
 * Denies the same to the function's code, whose calls carry the function as their source where Lambda's own do not. A
 * policy of its own: in the role's default policy it would need the function, which needs that policy.
 */
export function denyNetworkInterfacesToCode(
  scope: Construct,
  { role, function: owner }: BundledFunction,
): void {
  const reason =
    "EC2 knows no narrower resource for a VPC function's network interfaces, which the function's own code is denied, and X-Ray none for traces.";
  acknowledgeResource(role, '*', reason);
  new iam.Policy(scope, 'NetworkInterfacesDeniedToCode', {
    roles: [role],
    statements: [
      new iam.PolicyStatement({
        effect: iam.Effect.DENY,
        actions: ACTIONS,
        resources: ['*'],
        conditions: { ArnEquals: { 'lambda:SourceFunctionArn': owner.functionArn } },
      }),
    ],
  });
}
