import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

export interface MemoryEndpointProps {
  readonly vpcId: string;
  /** The route tables of the functions' subnets. A route table takes one endpoint for DynamoDB and no second. */
  readonly routeTableIds: readonly string[];
}

/**
 * The way to the memory table for subnets that have none to DynamoDB: a gateway endpoint, which costs nothing. Once per
 * VPC, for all servers in it. It has no policy of its own, because it is everybody's in these subnets: one that allowed
 * our table alone would cut the others off. What our functions may read is in their roles.
 */
export class MemoryEndpoint extends Construct {
  constructor(scope: Construct, id: string, { vpcId, routeTableIds }: MemoryEndpointProps) {
    super(scope, id);
    new ec2.CfnVPCEndpoint(this, 'Endpoint', {
      vpcEndpointType: ec2.VpcEndpointType.GATEWAY,
      vpcId,
      serviceName: `com.amazonaws.${Stack.of(this).region}.dynamodb`,
      routeTableIds: [...routeTableIds],
    });
  }
}
