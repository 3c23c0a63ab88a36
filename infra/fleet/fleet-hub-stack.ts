import { CfnOutput, CfnParameter, type CfnResource, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { BUS_NAME } from '../../functions/contract.ts';
import { codeBucket, optionalParameter } from './fleet-parameters.ts';
import type { FleetStackProps } from './fleet-stack-props.ts';

const NO_ACCESS_LOG = {
  id: 'AwsSolutions-S1',
  reason:
    'Access logs would need another bucket. Where access must be logged, CloudTrail data events show it.',
};

/**
 * What the cells of an organisation share, once in each region: the bucket with the code, and in one of the regions the
 * bucket with policies and switch and an event bus. No cell needs any of them to go on.
 */
export class FleetHubStack extends Stack {
  constructor(scope: Construct, id: string, { bundleAt: _, ...props }: FleetStackProps = {}) {
    super(scope, id, {
      description: "pg-headroom: the organisation's code, policies and switch for all cells",
      ...props,
    });
    const organisation = new CfnParameter(this, 'OrganizationId', {
      description: 'Only accounts of this organisation read the buckets.',
      allowedPattern: '^o-[a-z0-9]{10,32}$',
    }).valueAsString;
    const code = this.bucket('Code', codeBucket(this));
    code.addToResourcePolicy(membersMay(organisation, ['s3:GetObject'], code.arnForObjects('*')));
    this.policies(organisation);
  }

  private policies(organisation: string): void {
    const name = optionalParameter(
      this,
      'HubBucket',
      'The name of the bucket with policies and switch: in one region only, elsewhere empty.',
    );
    const policies = this.bucket('Policies', name.text);
    policies.addToResourcePolicy(membersMay(organisation, ['s3:GetObject'], policies.arnForObjects('*')));
    policies.addToResourcePolicy(membersMay(organisation, ['s3:ListBucket'], policies.bucketArn));
    policies.addToResourcePolicy(this.onlyWriters(policies));
    const bus = new events.EventBus(this, 'Bus', { eventBusName: BUS_NAME });
    const allowed = new events.CfnEventBusPolicy(this, 'BusPolicy', {
      statementId: 'cells',
      eventBusName: bus.eventBusName,
      statement: {
        Sid: 'cells',
        Effect: 'Allow',
        Principal: '*',
        Action: 'events:PutEvents',
        Resource: bus.eventBusArn,
        Condition: { StringEquals: { 'aws:PrincipalOrgID': organisation } },
      },
    });
    const output = new CfnOutput(this, 'BusArn', {
      value: bus.eventBusArn,
      description: 'EventBusArn of the cells.',
    });
    output.condition = name.isGiven;
    const made = [
      policies.node.defaultChild,
      policies.policy?.node.defaultChild,
      bus.node.defaultChild,
      allowed,
    ];
    for (const each of made) (each as CfnResource).cfnOptions.condition = name.isGiven;
  }

  /** A policy decides what every cell may end. Other roles of this account may not write one, whatever they are allowed. */
  private onlyWriters(policies: s3.Bucket): iam.PolicyStatement {
    const writers = new CfnParameter(this, 'PolicyWriters', {
      type: 'CommaDelimitedList',
      description: 'ARNs of the roles that may write policies and switch.',
      default: 'none',
    });
    return new iam.PolicyStatement({
      sid: 'OnlyWriters',
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions: ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:PutObject'],
      resources: [policies.arnForObjects('*')],
      conditions: { ArnNotLike: { 'aws:PrincipalArn': writers.valueAsList } },
    });
  }

  private bucket(id: string, bucketName: string): s3.Bucket {
    const bucket = new s3.Bucket(this, id, {
      bucketName,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(bucket).acknowledge(NO_ACCESS_LOG);
    return bucket;
  }
}

function membersMay(organisation: string, actions: readonly string[], resource: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    principals: [new iam.AnyPrincipal()],
    actions: [...actions],
    resources: [resource],
    conditions: { StringEquals: { 'aws:PrincipalOrgID': organisation } },
  });
}
