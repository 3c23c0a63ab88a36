import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

export interface MemoryEndpointProps {
  readonly vpcId: string;
  /** The route tables of the functions' subnets. A route table takes only one endpoint for DynamoDB. */
  readonly routeTableIds: readonly string[];
}

/**
 * A gateway endpoint through which subnets without a route to DynamoDB reach the memory table. It costs nothing. Once per
 * VPC, for all servers in it. It has no policy of its own, because everything in these subnets uses it: a policy for our
 * table alone would block the others. The roles of our functions limit what they read.
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
