import { type Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { RECORDS_PREFIX } from '../../functions/contract.ts';
import { acknowledgeResource } from './acknowledge.ts';

export interface RecordsBucketProps {
  /** Records are deleted after this time. */
  readonly keepFor: Duration;
}

/** The bucket of records and the policy for reading them. Records name roles, addresses and applications. */
export class RecordsBucket extends Construct {
  readonly bucket: s3.Bucket;
  /** Attach it to the roles of on-call people, so that the links in messages open. */
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
      // Records show which sessions were terminated and why, so they outlive the stack. The lifecycle rule empties the
      // bucket in time.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Access logs would need another bucket. Only one function writes here, and only the readers policy allows reading. Where access must be logged, CloudTrail data events show it.',
    });
    this.readers = this.readersPolicy();
  }

  /** Allows a role to write records, but neither to read nor to delete them. It may read and rewrite indexes. */
  grantWrite(role: iam.IRole): void {
    role.addToPrincipalPolicy(
      new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: [this.records()] }),
    );
    acknowledgeResource(role, this.records(), "Each run's record has a key of its own.");
    const ofServer = this.bucket.arnForObjects(`${RECORDS_PREFIX}*/index.html`);
    const ofAll = this.bucket.arnForObjects(`${RECORDS_PREFIX}index.html`);
    role.addToPrincipalPolicy(
      new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [ofServer, ofAll] }),
    );
    acknowledgeResource(role, ofServer, 'Each server has an index of its incidents beside its records.');
  }

  private records(): string {
    return this.bucket.arnForObjects(`${RECORDS_PREFIX}*`);
  }

  private readersPolicy(): iam.ManagedPolicy {
    const readers = new iam.ManagedPolicy(this, 'Readers', {
      description: 'Allows reading the records of pg-headroom runs, which messages link to.',
      statements: [
        new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [this.records()] }),
        new iam.PolicyStatement({
          actions: ['s3:ListBucket'],
          resources: [this.bucket.bucketArn],
          conditions: { StringLike: { 's3:prefix': `${RECORDS_PREFIX}*` } },
        }),
        // The console reads the bucket's location before it shows an object.
        new iam.PolicyStatement({ actions: ['s3:GetBucketLocation'], resources: [this.bucket.bucketArn] }),
      ],
    });
    acknowledgeResource(
      readers,
      this.records(),
      'On-call people may read every record, because any message may link to it.',
    );
    return readers;
  }
}
