import { Duration, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** The largest SQS message. A result that `report` could not deliver is here with the whole record of the run. */
const MOST_BYTES = 1_048_576;

/** The queue of results of runs that `report` could not deliver after all its tries. An alarm watches it. */
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
      reason: 'This is the dead-letter queue itself: people read it, and no function takes messages from it.',
    });
  }

  /** Used in place of the library's own destination, which would also grant reading the queue's attributes. */
  bind(_scope: Construct, source: lambda.IFunction): lambda.DestinationConfig {
    source.addToRolePolicy(
      new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] }),
    );
    return { destination: this.queue.queueArn };
  }
}
