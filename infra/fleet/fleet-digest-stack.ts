import { CfnOutput, CfnParameter, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { SnsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import {
  BUS_EVENTS,
  BUS_NAME,
  EXPIRY_ATTRIBUTE,
  FLEET_BUNDLES,
  FLEET_ENV,
  HUB_FUNCTIONS,
  REPORT_ENV,
} from '../../functions/contract.ts';
import { builtBundle } from '../constructs/bundled-function.ts';
import { scheduledRun, scheduleInvoker } from '../constructs/schedule-invoker.ts';
import { CellReceivers } from './cell-receivers.ts';
import { fleetFunction } from './fleet-function.ts';
import type { FleetStackProps } from './fleet-stack-props.ts';

const NOT_KEPT = {
  id: 'AwsSolutions-DDB3',
  reason: 'Each cell writes its item anew every week, and nothing but a message is made of it.',
};

/** What AWS could not deliver for this long is dropped: the next week has a newer one. */
const MOST_LATE = Duration.hours(6);
/** A digest that comes late, or twice, ends no session. */
const RETRIES = 5;

/**
 * Once a week one message about all cells, beside the bus of `fleet-hub`. It is optional, and nothing that heals a database knows of
 * it. One function hears other accounts and may only keep what they say; the other one, which they cannot reach, tells people.
 */
export class FleetDigestStack extends Stack {
  constructor(scope: Construct, id: string, { bundleAt = builtBundle, ...props }: FleetStackProps = {}) {
    super(scope, id, {
      description: 'pg-headroom: a weekly digest of all cells of an organisation',
      ...props,
    });
    const table = this.table();
    this.hears(table, bundleAt(FLEET_BUNDLES.summaries));
    const topic = new sns.Topic(this, 'Digest', { displayName: 'pg-headroom', enforceSSL: true });
    this.tells(table, topic, bundleAt(FLEET_BUNDLES.digest));
    new CfnOutput(this, 'DigestTopicArn', {
      value: topic.topicArn,
      description: 'Subscribe people who look after all cells.',
    });
  }

  private table(): dynamodb.Table {
    const table = new dynamodb.Table(this, 'Summaries', {
      partitionKey: { name: 'account', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.DEFAULT,
      timeToLiveAttribute: EXPIRY_ATTRIBUTE,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(table).acknowledge(NOT_KEPT);
    return table;
  }

  private hears(table: dynamodb.Table, bundle: string): void {
    const { function: keep } = fleetFunction(this, 'Keep', {
      functionName: HUB_FUNCTIONS.summaries,
      description: 'pg-headroom: keeps what each cell says of itself, and may do only that',
      bundle,
      environment: { [FLEET_ENV.summaries]: table.tableName },
      statements: [on(table, 'dynamodb:UpdateItem')],
      timeout: Duration.seconds(15),
      memorySize: 256,
      maxEventAge: MOST_LATE,
      retryAttempts: 2,
    });
    const rule = new events.CfnRule(this, 'Heard', {
      eventBusName: BUS_NAME,
      description: 'What cells say of themselves once a week.',
      eventPattern: { source: [BUS_EVENTS.source], 'detail-type': [BUS_EVENTS.summary] },
      targets: [{ id: 'keep', arn: keep.functionArn }],
    });
    keep.addPermission('FromBus', {
      principal: new iam.ServicePrincipal('events.amazonaws.com'),
      sourceArn: rule.attrArn,
    });
  }

  private tells(table: dynamodb.Table, topic: sns.Topic, bundle: string): void {
    const receivers = new CellReceivers(this, 'Receivers', ['teams', 'webhook']);
    const { function: digest, role } = fleetFunction(this, 'Tell', {
      functionName: HUB_FUNCTIONS.digest,
      description: 'pg-headroom: makes one message of what all cells say',
      bundle,
      environment: {
        [FLEET_ENV.summaries]: table.tableName,
        [REPORT_ENV.topic]: topic.topicArn,
        ...receivers.environment,
      },
      statements: [on(table, 'dynamodb:Scan')],
      timeout: Duration.seconds(60),
      memorySize: 1_024,
      maxEventAge: MOST_LATE,
      retryAttempts: 2,
      // Only Lambda can tell that a digest could not be made. This lets the role publish to the topic as well.
      onFailure: new SnsDestination(topic),
    });
    receivers.grantRead(role);
    this.schedule(digest);
  }

  private schedule(digest: lambda.IFunction): void {
    const expression = new CfnParameter(this, 'DigestSchedule', {
      description: 'When the digest is made, in UTC. Cells speak on Mondays at 06:00 UTC.',
      default: 'cron(0 8 ? * MON *)',
      allowedPattern: '^(cron|rate)\\([ -~]{1,100}\\)$',
    }).valueAsString;
    const invoker = scheduleInvoker(this, 'ScheduleRole', digest);
    const schedule = new Schedule(this, 'Schedule', {
      scheduleName: 'pg-headroom.digest',
      description: 'Has the digest of all cells made.',
      schedule: ScheduleExpression.expression(expression),
      target: scheduledRun(digest, invoker.withoutPolicyUpdates(), MOST_LATE, RETRIES),
    });
    schedule.node.addDependency(invoker);
  }
}

function on(table: dynamodb.Table, action: string): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: [action], resources: [table.tableArn] });
}
