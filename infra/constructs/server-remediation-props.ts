import type { RemovalPolicy } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { MetricsChoice } from '../../functions/contract.ts';
import type { AlarmKind } from '../../functions/core/declaration/setting-schemas.ts';
import type { WrittenPolicy } from '../../functions/core/policy/written-policy.ts';
import type { StatementChoice } from '../../functions/core/server/statement-choice.ts';
import type { PoolerProps } from './pooler-props.ts';
import type { ServerLogin } from './server-login.ts';
import type { WarningsProps } from './warnings-props.ts';

/** Texts and numbers follow the same rules as in cdk.json, unless they are known only at deployment. */
export interface ServerRemediationProps extends ServerLogin {
  /** The server's name in every message, and in the names of its function, alarm and schedule. */
  readonly server: string;
  /** The endpoint of the instance itself. A cluster, reader or proxy name may lead to another server. */
  readonly host: string;
  /**
   * The server's port.
   *
   * @default 5432
   */
  readonly port?: number;
  /**
   * The maintenance database. `headroom role-sql` makes the default one, to which no other ordinary role can connect.
   *
   * @default headroom
   */
  readonly database?: string;
  /** The network that reaches the server. */
  readonly vpc: ec2.IVpc;
  /**
   * The subnets in which the function runs.
   *
   * @default - the private subnets of the VPC that reach the Internet, or else the isolated ones
   */
  readonly subnets?: ec2.SubnetSelection;
  /**
   * The security groups of the function. Those of the server must allow connections from them.
   *
   * @default - a group of its own, to which the server's `connections` can allow its port
   */
  readonly securityGroups?: readonly ec2.ISecurityGroup[];
  /** Gets the result of every run. */
  readonly report: lambda.IFunction;
  /**
   * The policy as JSON. Synthesis parses it by the same code as a run.
   *
   * @default - the policy's own defaults, with which runs only observe
   */
  readonly policy?: WrittenPolicy;
  /**
   * How a refused client starts a run: `metric` by a metric filter with an alarm, `subscription` by the log lines
   * themselves, `log-alarm` by an alarm on a log query; `none` switches it off.
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
   * The instance's name, which is the name of its stream in the log group of an Aurora cluster. Not with `metric`, which
   * cannot tell streams apart.
   *
   * @default - every line of the group is about this server
   */
  readonly logStream?: string;
  /**
   * Topics to which your own alarms publish. Each alarm message starts a run.
   *
   * @default - none
   */
  readonly alarmTopics?: readonly sns.ITopic[];
  /**
   * Topics that `report` publishes to. None of them may be an alarm topic, because messages would then start runs.
   *
   * @default - none
   */
  readonly outputTopics?: readonly sns.ITopic[];
  /**
   * When scheduled runs start: a rate from a minute to a day, a cron expression, or `off`. With `off` only alarms start
   * runs, and a daily event that opens no connection keeps the function from becoming inactive.
   *
   * @default ScheduleExpression.rate(Duration.minutes(5))
   */
  readonly sweep?: ScheduleExpression | 'off';
  /**
   * The memory table, with the results of earlier runs. The subnets must reach DynamoDB. A scheduled run that cannot read
   * it only observes.
   *
   * @default - none: earlier runs have no effect on later ones
   */
  readonly memory?: dynamodb.ITable;
  /**
   * Use `off` only in networks that you trust, and for logins with a secret.
   *
   * @default verify
   */
  readonly tls?: 'verify' | 'off';
  /**
   * PEM file in the function's file system with the certificate authorities to trust.
   *
   * @default - the RDS roots of the region in the bundle, or else Amazon's roots in the Lambda runtime
   */
  readonly caFile?: string;
  /**
   * Runs at the same time, reserved from the account's concurrency. With a subscription one run follows the other, so that
   * each knows the refused tries of the one before, and a storm of lines starts no more: there only 1 is allowed.
   *
   * @default - 1 with a subscription, otherwise nothing is reserved
   */
  readonly reservedConcurrency?: number;
  /**
   * The PgBouncer, pgpool-II or Odyssey in front of the server. Its console is read while a run takes its snapshot. If it has a
   * secret of its own, that secret must be encrypted with the default key of Secrets Manager.
   *
   * @default - none: sessions of poolers are known only by the addresses that the policy names
   */
  readonly pooler?: PoolerProps;
  /**
   * Which metrics `report` sends for the server's runs.
   *
   * @default few
   */
  readonly metrics?: MetricsChoice;
  /**
   * When people are warned before the server is full: at which tiers, and in which hours a warning waits. It needs the memory
   * table.
   *
   * @default - tiers of 75, 85 and 95 %, without quiet hours
   */
  readonly warnings?: WarningsProps | 'off';
  /**
   * How much of the sessions' last statements leaves the function, in records, pages and messages: nothing, the shape
   * without values, or the whole text.
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
   * What happens to the function's log when the server or its stack is removed. By default the log stays, because it says
   * which sessions were terminated.
   *
   * @default RETAIN
   */
  readonly logRemovalPolicy?: RemovalPolicy;
  /**
   * Folder of the built `remediate` bundle.
   *
   * @default - the bundle in this package
   */
  readonly bundle?: string;
}
