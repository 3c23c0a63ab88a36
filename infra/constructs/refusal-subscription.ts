import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { refusalPattern } from './refusal-wording.ts';

export interface RefusalSubscriptionProps {
  /** The server's name in messages and names. */
  readonly server: string;
  /** The log group to which the server's log is exported. It can have two subscriptions, and this is one of them. */
  readonly logGroup: logs.ILogGroup;
  /** Invoked with the log lines. */
  readonly remediate: lambda.IFunction;
}

/**
 * Sends the log lines of refused clients to the function as they arrive, without a metric and an alarm in between. A storm
 * of lines does not start a storm of runs: the function's reserved concurrency and the maximum age of its events limit
 * them.
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
    // CloudWatch Logs calls the function when the subscription is made, so the permission must exist before.
    filter.node.addDependency(this.node.findChild('FromLogs'));
  }
}
