import { Duration, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** An SQS message at its largest: what `report` could not tell travels with the whole record of the run. */
const MOST_BYTES = 1_048_576;

/** Where results of runs go that `report` could not tell after all its tries; an alarm watches it. */
export class DeadLetters extends Construct implements lambda.IDestination {
  readonly queue: sqs.Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.queue = new sqs.Queue(this, 'Queue', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      maxMessageSizeBytes: MOST_BYTES,
    });
    Validations.of(this.queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'This is the dead-letter queue: a human reads it, and nothing is dead-lettered from it.',
    });
  }

  /** The library's own destination also grants reading the queue's attributes. */
  bind(_scope: Construct, source: lambda.IFunction): lambda.DestinationConfig {
    source.addToRolePolicy(
      new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] }),
    );
    return { destination: this.queue.queueArn };
  }
}
