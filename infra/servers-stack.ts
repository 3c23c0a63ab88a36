import { Annotations, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { ServerDeclaration } from './declaration-schema.ts';
import { ServerRemediation } from './server-remediation.ts';

export interface ServersStackProps extends StackProps {
  readonly servers: readonly ServerDeclaration[];
  /** Gets the result of every run. */
  readonly report: lambda.IFunction;
  /**
   * Folder of the built `remediate` bundle.
   *
   * @default - what `npm run build` leaves in this package
   */
  readonly bundle?: string;
}

/** Servers from their declarations. Everything is imported by id or ARN: synthesis looks nothing up in an account. */
export class ServersStack extends Stack {
  constructor(scope: Construct, id: string, { servers, report, bundle, ...props }: ServersStackProps) {
    super(scope, id, {
      description: 'pg-headroom: gives saturated PostgreSQL servers their slots back',
      ...props,
    });
    for (const declared of servers) {
      // A scope for each, so that no server's name collides with what is imported for another.
      const server = new Construct(this, declared.name);
      new ServerRemediation(server, 'Remediation', {
        ...fieldsOf(declared),
        ...imported(server, declared),
        report,
        ...(bundle === undefined ? {} : { bundle }),
      });
    }
  }
}

function fieldsOf(declared: ServerDeclaration) {
  const { name, host, port, database, user, resourceId, policy, schedule, tls, caFile } = declared;
  return {
    server: name,
    host,
    port,
    policy,
    ...(schedule === undefined ? {} : { sweepEvery: Duration.minutes(schedule.everyMinutes) }),
    ...(database === undefined ? {} : { database }),
    ...(user === undefined ? {} : { iamUser: user }),
    ...(resourceId === undefined ? {} : { resourceId }),
    ...(tls === undefined ? {} : { tls }),
    ...(caFile === undefined ? {} : { caFile }),
  };
}

function imported(scope: Construct, { vpc, securityGroupId, secretArn, logGroup }: ServerDeclaration) {
  const { vpcId, availabilityZones, subnetIds } = vpc;
  const subnets = subnetIds.map((id) => ec2.Subnet.fromSubnetId(scope, id, id));
  for (const subnet of subnets) {
    // The warning is for those who read a subnet's route table; a function only needs its id.
    Annotations.of(subnet).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId');
  }
  return {
    vpc: ec2.Vpc.fromVpcAttributes(scope, 'Vpc', { vpcId, availabilityZones }),
    subnets: { subnets },
    // Immutable: rules of a group that is somebody else's are not ours to add.
    securityGroups: [
      ec2.SecurityGroup.fromSecurityGroupId(scope, 'SecurityGroup', securityGroupId, { mutable: false }),
    ],
    ...(secretArn === undefined
      ? {}
      : { secret: secretsmanager.Secret.fromSecretCompleteArn(scope, 'Secret', secretArn) }),
    logGroup: logs.LogGroup.fromLogGroupName(scope, 'ServerLog', logGroup),
  };
}
