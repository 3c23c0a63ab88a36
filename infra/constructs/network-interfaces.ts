import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledgeResource } from './acknowledge.ts';
import type { BundledFunction } from './bundled-function.ts';

/**
 * The actions with which Lambda, as the function's role, puts a function into a VPC. EC2 allows no narrower resource for
 * them than all.
 */
const ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** Allows Lambda to manage the network interfaces of a function in a VPC. */
export function networkInterfaces(): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: ACTIONS, resources: ['*'] });
}

/**
 * Denies these actions to the function's code. Calls of the code name the function as their source; Lambda's own calls do
 * not. It is a policy of its own, because the default policy would need the function and the function needs that policy.
 */
export function denyNetworkInterfacesToCode(
  scope: Construct,
  { role, function: owner }: BundledFunction,
): void {
  const reason =
    "EC2 allows no narrower resource for the network interfaces of a function in a VPC, and the function's own code is denied these actions. X-Ray allows no narrower resource for traces.";
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
