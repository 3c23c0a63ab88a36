import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { INDEX_DAYS, INDEX_PREFIX, RECORDS_PREFIX } from '../../functions/contract.ts';
import { acknowledgeResource } from './acknowledge.ts';

export interface RecordsBucketProps {
  /** Records and pages are deleted after this time, and what was overwritten 30 days later. */
  readonly keepFor: Duration;
}

/** Indexes are rewritten after each incident, so replaced versions are many. */
const KEEP_REPLACED = Duration.days(30);

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
      // The report function may write any record. A version that it replaces stays, and it may not delete versions.
      versioned: true,
      lifecycleRules: [
        { prefix: RECORDS_PREFIX, expiration: keepFor },
        // Each write begins its time anew, so that an index outlives the youngest of its incidents.
        { prefix: INDEX_PREFIX, expiration: Duration.days(INDEX_DAYS) },
        { noncurrentVersionExpiration: KEEP_REPLACED, expiredObjectDeleteMarker: true },
      ],
      // Records show which sessions were terminated and why, so they outlive the stack. The lifecycle rules empty the
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
    const resources = [this.records(), this.indexes()];
    role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['s3:PutObject'], resources }));
    acknowledgeResource(role, this.records(), "Each run's record has a key of its own.");
    role.addToPrincipalPolicy(
      new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [this.indexes()] }),
    );
    acknowledgeResource(role, this.indexes(), 'Each server has an index of its incidents.');
  }

  private indexes(): string {
    return this.bucket.arnForObjects(`${INDEX_PREFIX}*`);
  }

  private records(): string {
    return this.bucket.arnForObjects(`${RECORDS_PREFIX}*`);
  }

  private readersPolicy(): iam.ManagedPolicy {
    const readers = new iam.ManagedPolicy(this, 'Readers', {
      // Another description would replace the policy: roles that have it would keep the old one.
      description: 'Reads the records of pg-headroom runs, as the links in its messages do.',
      statements: [
        new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [this.records(), this.indexes()] }),
        new iam.PolicyStatement({
          actions: ['s3:ListBucket'],
          resources: [this.bucket.bucketArn],
          conditions: { StringLike: { 's3:prefix': [`${RECORDS_PREFIX}*`, `${INDEX_PREFIX}*`] } },
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
    acknowledgeResource(readers, this.indexes(), 'On-call people may read the index of every server.');
    return readers;
  }
}
