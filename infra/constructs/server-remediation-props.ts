import type { RemovalPolicy } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { MetricsChoice } from '../../functions/contract.ts';
import type { PoolerDeclaration } from '../../functions/core/declaration/pooler-declaration.ts';
import type { AlarmKind } from '../../functions/core/declaration/setting-schemas.ts';
import type { StatementChoice } from '../../functions/core/server/statement-choice.ts';
import type { ServerLogin } from './server-login.ts';

/** Texts and numbers are held to the same rules as in cdk.json, unless they are known only when deployed. */
export interface ServerRemediationProps extends ServerLogin {
  /** What people call the server; part of every message, and of the names of its function, alarm and schedule. */
  readonly server: string;
  /** The instance's own endpoint: a cluster, reader or proxy name may answer from another server. */
  readonly host: string;
  /**
   * The server's port.
   *
   * @default 5432
   */
  readonly port?: number;
  /**
   * The maintenance database. The default is made by `headroom role-sql`; no other ordinary role can connect to it.
   *
   * @default headroom
   */
  readonly database?: string;
  /** The network from which the server can be reached. */
  readonly vpc: ec2.IVpc;
  /** Where in the VPC the function runs. */
  readonly subnets: ec2.SubnetSelection;
  /** The server's own groups must let these in. */
  readonly securityGroups: readonly ec2.ISecurityGroup[];
  /** Gets the result of every run, good or bad. */
  readonly report: lambda.IFunction;
  /**
   * The policy as it is written in JSON; parsed at synth time as it is at run time.
   *
   * @default - the policy's own defaults, which only observe
   */
  readonly policy?: unknown;
  /**
   * How a refused client makes the function run: `metric`, a metric filter with an alarm; `subscription`, the lines
   * themselves; `log-alarm`, an alarm on a query; `none`.
   *
   * @default metric
   */
  readonly alarm?: AlarmKind;
  /**
   * The log group to which the server's log is exported.
   *
   * @default - none: alarm is `none`
   */
  readonly logGroup?: logs.ILogGroup;
  /**
   * The instance's name, which its stream has in a log group that an Aurora cluster's instances share. Not with `metric`,
   * which cannot tell streams apart.
   *
   * @default - every line of the group is about this server
   */
  readonly logStream?: string;
  /**
   * Topics to which alarms of your own publish. Each message that is an alarm makes the function run.
   *
   * @default - none
   */
  readonly alarmTopics?: readonly sns.ITopic[];
  /**
   * Topics that `report` publishes to: none of them may be an alarm topic, or messages would make runs.
   *
   * @default - none
   */
  readonly outputTopics?: readonly sns.ITopic[];
  /**
   * From one sweep to the next, a rate of a minute to a day or a cron expression; or `off`: then only alarms make the
   * function run, and a daily event that opens no connection keeps it from going inactive.
   *
   * @default ScheduleExpression.rate(Duration.minutes(5))
   */
  readonly sweep?: ScheduleExpression | 'off';
  /**
   * The memory table, which tells what runs before this one came to. The subnets must reach DynamoDB; a run that cannot
   * read it only observes on the schedule.
   *
   * @default - none: no run is held back by what came of earlier ones
   */
  readonly memory?: dynamodb.ITable;
  /**
   * `off` is for networks that you trust, and for logins by a secret.
   *
   * @default verify
   */
  readonly tls?: 'verify' | 'off';
  /**
   * PEM file in the function's file system with the certificate authorities to trust.
   *
   * @default - the region's RDS roots that the bundle brings, or else Amazon's as the Lambda runtime brings them
   */
  readonly caFile?: string;
  /**
   * Runs at a time, taken from the account's concurrency. With a subscription one works, one waits for the server's lock,
   * and a storm of lines makes no more.
   *
   * @default - 2 with a subscription, else none is reserved
   */
  readonly reservedConcurrency?: number;
  /**
   * The PgBouncer or pgpool-II in front of the server. Its console is read while a run takes its snapshot. A secret of its
   * own is read with the default key of Secrets Manager.
   *
   * @default - none: sessions of poolers are known by their addresses only, as the policy names them
   */
  readonly pooler?: PoolerDeclaration;
  /**
   * Which metrics `report` sends for the server's runs.
   *
   * @default few
   */
  readonly metrics?: MetricsChoice;
  /**
   * How much of its sessions' last statements leaves the function, into records, pages and messages: nothing, their shape
   * without values, or all of it.
   *
   * @default shape
   */
  readonly statements?: StatementChoice;
  /**
   * Whether X-Ray traces the function.
   *
   * @default false
   */
  readonly tracing?: boolean;
  /** @default THREE_MONTHS */
  readonly logRetention?: logs.RetentionDays;
  /**
   * What becomes of the function's log when the server or its stack goes. Who was terminated outlives them by default.
   *
   * @default RETAIN
   */
  readonly logRemovalPolicy?: RemovalPolicy;
  /**
   * Folder of the built `remediate` bundle.
   *
   * @default - the one that this package brings
   */
  readonly bundle?: string;
}
