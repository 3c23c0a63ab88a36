import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { BUNDLES, REPORT_ENV, REPORT_TIMEOUT_SECONDS } from '../../functions/contract.ts';
import { acknowledgeAction, acknowledgeResource } from './acknowledge.ts';
import { BundledFunction, builtBundle } from './bundled-function.ts';
import { DeadLetters } from './dead-letters.ts';
import { OperatorsPolicy } from './operators-policy.ts';
import { ownTopicsIn } from './output-topic.ts';
import { type Receivers, receiversAccess } from './receivers.ts';
import { RecordsBucket } from './records-bucket.ts';
import { ReportingAlarms } from './reporting-alarms.ts';

export interface IncidentReportingProps extends Receivers {
  /**
   * An existing topic for people. Its policy, and the policy of its key if it has one, must let our alarms publish. Import
   * it with its key.
   *
   * @default - a topic of our own
   */
  readonly people?: sns.ITopic;
  /**
   * Mail addresses to subscribe to the topic for people. Each gets a mail that asks for confirmation, and gets messages
   * only after it confirmed.
   *
   * @default - none
   */
  readonly emails?: readonly string[];
  /**
   * A topic for chat rooms, which get messages in another form: an existing topic, or `own` for one of our own.
   *
   * @default - none
   */
  readonly chat?: sns.ITopic | 'own';
  /**
   * How long records of runs are kept.
   *
   * @default Duration.days(365)
   */
  readonly keepRecordsFor?: Duration;
  /**
   * Folder of the built `report` bundle.
   *
   * @default - the bundle in this package
   */
  readonly bundle?: string;
}

/**
 * Turns the runs of all servers into messages, once per app, account and region. It connects to AWS and, if
 * they are declared, to receivers such as PagerDuty, never to a server.
 */
export class IncidentReporting extends Construct {
  /** The destination of every `remediate` function. */
  readonly report: lambda.Function;
  /**
   * The topic for people: subscribe mail addresses and on-call tools. Alarms about pg-headroom itself are sent here too.
   */
  readonly people: sns.ITopic;
  /** The topic for chat rooms, in the form that Amazon Q Developer shows there. */
  readonly chat: sns.ITopic | undefined;
  /** All topics that `report` publishes to. None of them may start a run. */
  readonly outputTopics: readonly sns.ITopic[];
  readonly records: RecordsBucket;
  /** What is remembered of earlier runs: one item for each server. */
  readonly memory: dynamodb.ITable;
  readonly deadLetters: sqs.IQueue;
  /** Attach it to the roles of people who may pause and resume runs. */
  readonly operators: iam.ManagedPolicy;
  readonly alarms: ReportingAlarms;

  constructor(scope: Construct, id: string, props: IncidentReportingProps = {}) {
    super(scope, id);
    const { people, chat } = this.topics(props);
    this.people = people;
    this.chat = chat;
    this.outputTopics = chat === undefined ? [people] : [people, chat];
    for (const email of props.emails ?? []) people.addSubscription(new EmailSubscription(email));
    this.records = new RecordsBucket(this, 'Records', {
      keepFor: props.keepRecordsFor ?? Duration.days(365),
    });
    this.memory = this.memoryTable();
    this.records.readers.addStatements(
      new iam.PolicyStatement({ actions: ['dynamodb:GetItem'], resources: [this.memory.tableArn] }),
    );
    const deadLetters = new DeadLetters(this, 'DeadLetters');
    this.deadLetters = deadLetters.queue;
    this.report = this.reportFunction(props, { chat, deadLetters });
    const { memory, report } = this;
    this.operators = new OperatorsPolicy(this, 'Operators', { memory, report }).policy;
    this.alarms = new ReportingAlarms(this, 'Alarms', {
      report: this.report,
      deadLetters: this.deadLetters,
      topic: this.people,
    });
  }

  private topics({ people, chat }: IncidentReportingProps) {
    const ownTopic = ownTopicsIn(this);
    return {
      people: people ?? ownTopic('People', 'pg-headroom'),
      chat: chat === 'own' ? ownTopic('Chat', 'pg-headroom chat') : chat,
    };
  }

  /** The table is deleted with its stack. It is only about the next hours, and only our functions read it. */
  private memoryTable(): dynamodb.ITable {
    const table = new dynamodb.Table(this, 'Memory', {
      partitionKey: { name: 'server', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.DEFAULT,
      // The table has a few kilobytes. Point-in-time recovery costs almost nothing, and audits ask for it.
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // The library's own types do not agree on optional and undefined properties.
    return table as dynamodb.ITable;
  }

  /** Lambda's two own retries stay: a message that arrives twice is better than a lost one. */
  private reportFunction(
    { bundle = builtBundle(BUNDLES.report), ...props }: IncidentReportingProps,
    { chat, deadLetters }: { readonly chat: sns.ITopic | undefined; readonly deadLetters: DeadLetters },
  ): lambda.Function {
    const receivers = receiversAccess(this, props);
    const { function: report, role } = new BundledFunction(this, 'Report', {
      bundle,
      description: 'pg-headroom: turns the result of a run into a message',
      environment: {
        [REPORT_ENV.topic]: this.people.topicArn,
        [REPORT_ENV.bucket]: this.records.bucket.bucketName,
        [REPORT_ENV.table]: this.memory.tableName,
        ...(chat === undefined ? {} : { [REPORT_ENV.chat]: chat.topicArn }),
        ...receivers.environment,
      },
      timeout: Duration.seconds(REPORT_TIMEOUT_SECONDS),
      memorySize: 512,
      statements: [
        ...publishTo(this.outputTopics),
        readAndWrite(this.memory),
        readMetrics(),
        ...receivers.statements,
      ],
      onFailure: deadLetters,
    });
    this.records.grantWrite(role);
    const reason =
      'SNS needs this right from every publisher to an encrypted topic. It covers only the keys of these topics.';
    acknowledgeAction(role, 'kms:GenerateDataKey*', reason);
    acknowledgeResource(
      role,
      '*',
      'CloudWatch knows no resources for GetMetricData, which reads numbers only.',
    );
    return report;
  }
}

/** Allows the use of a topic's key only to publish to that topic. */
function publishTo(topics: readonly sns.ITopic[]): readonly iam.PolicyStatement[] {
  const publish = new iam.PolicyStatement({
    actions: ['sns:Publish'],
    resources: topics.map(({ topicArn }) => topicArn),
  });
  const keys = [...new Set(topics.flatMap(({ masterKey }) => masterKey?.keyArn ?? []))];
  if (keys.length === 0) return [publish];
  const encrypt = new iam.PolicyStatement({
    actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    resources: keys,
  });
  return [publish, encrypt];
}

/** Before people are warned, RDS's count of connections says what is usual at this hour. */
function readMetrics(): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: ['cloudwatch:GetMetricData'], resources: ['*'] });
}

/** Allows single items by their key, never the whole table. */
function readAndWrite(table: dynamodb.ITable): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    resources: [table.tableArn],
  });
}
