import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

export interface TopicTriggerProps {
  /** A topic to which alarms publish. */
  readonly topic: sns.ITopic;
  readonly remediate: lambda.IFunction;
}

/** Starts runs by alarms that you already have, through the topic to which they publish. */
export class TopicTrigger extends Construct {
  constructor(scope: Construct, id: string, { topic, remediate }: TopicTriggerProps) {
    super(scope, id);
    remediate.addPermission('FromTopic', {
      scope: this,
      principal: new iam.ServicePrincipal('sns.amazonaws.com'),
      sourceArn: topic.topicArn,
    });
    new sns.Subscription(this, 'Subscription', {
      topic,
      protocol: sns.SubscriptionProtocol.LAMBDA,
      endpoint: remediate.functionArn,
    });
  }
}
