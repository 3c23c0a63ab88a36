import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { refusalPattern } from './refusal-wording.ts';

export interface RefusalSubscriptionProps {
  /** What people call the server. */
  readonly server: string;
  /** The log group to which the server's log is exported; of the two subscriptions that it can have, one is ours. */
  readonly logGroup: logs.ILogGroup;
  /** Gets the lines themselves. */
  readonly remediate: lambda.IFunction;
}

/**
 * The lines of refused clients as they come, without a metric and an alarm in between. A storm of them is one run at a
 * time: the function's reserved concurrency and the age of its events put an end to the rest.
 */
export class RefusalSubscription extends Construct {
  constructor(scope: Construct, id: string, { server, logGroup, remediate }: RefusalSubscriptionProps) {
    super(scope, id);
    remediate.addPermission('FromLogs', {
      scope: this,
      principal: new iam.ServicePrincipal('logs.amazonaws.com'),
      sourceArn: logGroup.logGroupArn,
      sourceAccount: Stack.of(this).account,
    });
    const filter = new logs.SubscriptionFilter(this, 'Subscription', {
      logGroup,
      filterName: `pg-headroom-${server}`,
      filterPattern: refusalPattern(),
      destination: { bind: () => ({ arn: remediate.functionArn }) },
    });
    // CloudWatch Logs tries the function when the subscription is made.
    filter.node.addDependency(this.node.findChild('FromLogs'));
  }
}
