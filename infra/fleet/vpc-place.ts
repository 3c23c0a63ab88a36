import { CfnParameter, type CfnResource, type Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as lambda from 'aws-cdk-lib/aws-lambda';

/** Where a function is in a network that only the parameters know. */
export interface VpcPlace {
  readonly vpc: string;
  /** The properties of a function in a VPC, with placeholders as values. */
  readonly placeholders: Pick<lambda.FunctionOptions, 'vpc' | 'vpcSubnets' | 'securityGroups'>;
  /** Puts the parameters in place of the placeholders. */
  readonly place: (placed: lambda.Function) => void;
}

export function vpcPlace(stack: Stack): VpcPlace {
  const list = (id: string, type: string, description: string) =>
    new CfnParameter(stack, id, { type, description }).valueAsList;
  const vpc = new CfnParameter(stack, 'VpcId', {
    type: 'AWS::EC2::VPC::Id',
    description: 'The VPC of the subnets.',
  }).valueAsString;
  const SubnetIds = list('SubnetIds', 'List<AWS::EC2::Subnet::Id>', SUBNETS);
  const SecurityGroupIds = list('SecurityGroupIds', 'List<AWS::EC2::SecurityGroup::Id>', GROUPS);
  return {
    vpc,
    placeholders: placeholdersIn(stack),
    place: (placed) =>
      (placed.node.defaultChild as CfnResource).addPropertyOverride('VpcConfig', {
        SubnetIds,
        SecurityGroupIds,
      }),
  };
}

const SUBNETS = 'Private subnets that reach the databases and DynamoDB (by a gateway endpoint or a NAT).';
const GROUPS = 'One to five groups of the function. Those of the databases have to let one of them in.';

/** A list that is known only at deployment cannot be given to the constructs. */
function placeholdersIn(stack: Stack) {
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-00000000', availabilityZones: [''] });
  const subnet = ec2.Subnet.fromSubnetAttributes(stack, 'Subnet', {
    subnetId: 'subnet-00000000',
    routeTableId: 'rtb-00000000',
  });
  const group = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-00000000', { mutable: false });
  return { vpc, vpcSubnets: { subnets: [subnet] }, securityGroups: [group] };
}
