import { type Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { RECORDS_PREFIX } from '../../functions/contract.ts';
import { acknowledgeResource } from './acknowledge.ts';

export interface RecordsBucketProps {
  /** Then they are deleted. */
  readonly keepFor: Duration;
}

/** Where records of runs are kept, and who may read them there: they name roles, addresses and applications. */
export class RecordsBucket extends Construct {
  readonly bucket: s3.Bucket;
  /** For on-call: attach it to their roles, and the links in messages open. */
  readonly readers: iam.ManagedPolicy;

  constructor(scope: Construct, id: string, { keepFor }: RecordsBucketProps) {
    super(scope, id);
    this.bucket = new s3.Bucket(this, 'Bucket', {
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [{ expiration: keepFor }],
      // Who was terminated, and why, outlives the stack; the lifecycle empties the bucket in time.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Access logs would need a bucket of their own, which nobody reads: one function writes here, and reading is what the readers policy allows. CloudTrail data events show it where a company asks for them.',
    });
    this.readers = this.readersPolicy();
  }

  /** Lets a role write records, and neither read nor delete one. */
  grantWrite(role: iam.IRole): void {
    role.addToPrincipalPolicy(
      new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: [this.records()] }),
    );
    acknowledgeResource(role, this.records(), "Each run's record has a key of its own.");
  }

  private records(): string {
    return this.bucket.arnForObjects(`${RECORDS_PREFIX}*`);
  }

  private readersPolicy(): iam.ManagedPolicy {
    const readers = new iam.ManagedPolicy(this, 'Readers', {
      description: 'Reads the records of pg-headroom runs, as the links in its messages do.',
      statements: [
        new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [this.records()] }),
        new iam.PolicyStatement({
          actions: ['s3:ListBucket'],
          resources: [this.bucket.bucketArn],
          conditions: { StringLike: { 's3:prefix': `${RECORDS_PREFIX}*` } },
        }),
        // The console asks where a bucket is before it shows an object.
        new iam.PolicyStatement({ actions: ['s3:GetBucketLocation'], resources: [this.bucket.bucketArn] }),
      ],
    });
    acknowledgeResource(readers, this.records(), 'On-call reads whichever record a message links to.');
    return readers;
  }
}
