import { type CfnResource, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import {
  FLEET_BUNDLES,
  FLEET_ENV,
  FLEET_FUNCTIONS,
  FLEET_TABLES,
  REPORT_ENV,
  REPORT_TIMEOUT_SECONDS,
} from '../../functions/contract.ts';
import { ownAlarmsArn } from '../constructs/alarm-names.ts';
import { DeadLetters } from '../constructs/dead-letters.ts';
import { RecordsBucket } from '../constructs/records-bucket.ts';
import { CellReceivers } from './cell-receivers.ts';
import { reportRights } from './cell-rights.ts';
import { fleetFunction } from './fleet-function.ts';
import type { OptionalParameter } from './fleet-parameters.ts';
import type { FleetTables } from './fleet-tables.ts';

export interface CellReportProps {
  readonly tables: FleetTables;
  /** The organisation's event bus. */
  readonly bus: OptionalParameter;
  readonly bundleAt: (path: string) => string;
}

/** DynamoDB keeps what a stream says for a day. Each database's records stay in their order. */
const STREAM = { batchSize: 1, maximumRetryAttempts: 5, parallelizationFactor: 10 };

/** Turns the records of a cell into messages. It reads what clients wrote, so that it may change nothing but its own memory. */
export class CellReport extends Construct {
  readonly report: lambda.Function;
  readonly people: sns.Topic;
  readonly records: RecordsBucket;

  constructor(scope: Construct, id: string, { tables, bus, bundleAt }: CellReportProps) {
    super(scope, id);
    this.people = this.topic();
    this.records = new RecordsBucket(this, 'Records', { keepFor: Duration.days(365) });
    const deadLetters = new DeadLetters(this, 'DeadLetters');
    this.report = this.reportFunction(bundleAt, bus, deadLetters);
    this.readOutbox(tables, deadLetters);
  }

  /**
   * Not encrypted by a key of its own, which would cost as much as seventeen databases: alarms cannot publish to a topic
   * with AWS's own key. Messages hold names of roles and applications, and shapes of statements.
   */
  private topic(): sns.Topic {
    const topic = new sns.Topic(this, 'People', { displayName: 'pg-headroom', enforceSSL: true });
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AlarmsPublish',
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
          ArnLike: { 'aws:SourceArn': ownAlarmsArn(this) },
        },
      }),
    );
    return topic;
  }

  private reportFunction(
    bundleAt: (path: string) => string,
    bus: OptionalParameter,
    deadLetters: DeadLetters,
  ): lambda.Function {
    const stack = Stack.of(this);
    const receivers = new CellReceivers(this, 'Receivers');
    const { function: report, role } = fleetFunction(this, 'Report', {
      functionName: FLEET_FUNCTIONS.report,
      description: 'pg-headroom: turns the results of runs into messages',
      bundle: bundleAt(FLEET_BUNDLES.report),
      environment: {
        [REPORT_ENV.topic]: this.people.topicArn,
        [REPORT_ENV.bucket]: this.records.bucket.bucketName,
        [REPORT_ENV.table]: FLEET_TABLES.memory,
        [FLEET_ENV.registry]: FLEET_TABLES.registry,
        [FLEET_ENV.bus]: bus.orNothing,
        ...receivers.environment,
      },
      statements: [
        ...reportRights(stack),
        new iam.PolicyStatement({ actions: ['sns:Publish'], resources: [this.people.topicArn] }),
      ],
      timeout: Duration.seconds(REPORT_TIMEOUT_SECONDS),
      memorySize: 512,
      maxEventAge: Duration.hours(6),
      retryAttempts: 2,
      onFailure: deadLetters,
    });
    this.records.grantWrite(role);
    receivers.grantRead(role);
    const toBus = new iam.Policy(this, 'SendsToBus', {
      roles: [role],
      statements: [new iam.PolicyStatement({ actions: ['events:PutEvents'], resources: [bus.text] })],
    });
    (toBus.node.defaultChild as CfnResource).cfnOptions.condition = bus.isGiven;
    return report;
  }

  /** Only what `remediate` puts there is reported, not what expires or is put again. */
  private readOutbox({ outbox }: FleetTables, { queue }: DeadLetters): void {
    const stream = outbox.tableStreamArn ?? '';
    this.report.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
        resources: [stream],
      }),
    );
    const mapping = new CfnEventSourceMapping(this, 'FromOutbox', {
      eventSourceArn: stream,
      functionName: this.report.functionName,
      startingPosition: 'TRIM_HORIZON',
      ...STREAM,
      filterCriteria: { filters: [{ pattern: JSON.stringify({ eventName: ['INSERT'] }) }] },
      destinationConfig: { onFailure: { destination: queue.queueArn } },
    });
    // Lambda looks at the role's rights when the mapping is made.
    mapping.node.addDependency(this.report.role ?? this.report);
  }
}
