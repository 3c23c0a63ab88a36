import * as z from 'zod/mini';
import { METRICS_CHOICES } from '../../contract.ts';
import { DEFAULT_DATABASE } from '../base/maintenance-database.ts';
import { described, oneOf, wholeNumber } from '../base/schema-fields.ts';
import type { WrittenPolicy } from '../policy/written-policy.ts';
import { DEFAULT_STATEMENTS, STATEMENT_CHOICES } from '../server/statement-choice.ts';
import { poolerDeclaration } from './pooler-declaration.ts';
import * as schemas from './setting-schemas.ts';
import * as variables from './variable-schemas.ts';
import { warningsDeclaration, warningsText } from './warnings-declaration.ts';

/** One setting of a server. */
type ServerSetting = {
  /** The purpose of the setting, for docs/guide/declaration.md and the construct's property. */
  readonly about: string;
  /** What cdk.json may say. Absent where only the deployment knows the value. */
  readonly declared?: () => z.ZodMiniType;
  /** The property of the construct `ServerRemediation`, where its name differs from the key. */
  readonly property?: string;
  /**
   * The construct takes an object of the CDK, or nothing, instead of the declared value. infra/stacks makes
   * that object.
   */
  readonly byStacks?: true;
  /** The variable by which the construct passes the value to the function. */
  readonly variable?: string;
  /** What the variable may say. Absent where functions/config has its own parser for it. */
  readonly read?: () => z.ZodMiniType;
  /** The default in words, where it is not one value. */
  readonly otherwise?: string;
};

/**
 * All settings of a server, by their key in cdk.json. The declaration, the construct, the environment, the
 * parser and docs/guide/declaration.md follow from this table. A new setting needs a row here, a property
 * with its docstring in infra/constructs/server-remediation-props.ts, and the code that uses it.
 */
export const SERVER_SETTINGS = {
  name: {
    about: "The server's name in every message, and in the names of its function, alarm and schedule.",
    declared: schemas.serverName,
    property: 'server',
    variable: 'HEADROOM_SERVER',
    read: () => variables.someText("the server's name"),
  },
  host: {
    about: 'The endpoint of the instance itself. A cluster, reader or proxy name may lead to another server.',
    declared: schemas.instanceHost,
    variable: 'HEADROOM_HOST',
    read: variables.hostText,
  },
  port: {
    about: "The server's port.",
    declared: schemas.port,
    variable: 'HEADROOM_PORT',
    read: variables.portText,
  },
  database: {
    about:
      'The maintenance database. `headroom role-sql` makes the default one, to which no other ordinary role can connect.',
    declared: () => z.optional(schemas.database()),
    variable: 'HEADROOM_DATABASE',
    read: () => z._default(variables.someText('a database name'), DEFAULT_DATABASE),
  },
  secretArn: {
    about: 'User name and password of our role. Either this, or `user` with `resourceId`.',
    declared: () => z.optional(schemas.secretArn()),
    property: 'secret',
    byStacks: true,
    variable: 'HEADROOM_SECRET',
    read: variables.secretName,
    otherwise: 'none: `user` and `resourceId` are given',
  },
  secretKeyArn: {
    about: 'The KMS key of the secret, if it has its own.',
    declared: () => z.optional(schemas.keyArn("the ARN of the secret's own KMS key, no alias")),
    property: 'secret',
    byStacks: true,
    otherwise: 'the default key of Secrets Manager',
  },
  user: {
    about: "Our role's name for IAM authentication in place of a secret. Grant it rds_iam.",
    declared: () => z.optional(schemas.user()),
    variable: 'HEADROOM_USER',
    read: variables.roleName,
    otherwise: 'none: a secret is given',
  },
  resourceId: {
    about:
      'The resource id of the instance (db-...) or of an Aurora cluster (cluster-...). It is not the name.',
    declared: () => z.optional(schemas.resourceId()),
    otherwise: 'none: a secret is given',
  },
  policy: {
    about: 'The policy as JSON. Synthesis parses it by the same code as a run.',
    // Any value here: the policy's own parser says what is wrong with it.
    declared: () => z.optional(z.unknown() as z.ZodMiniType<WrittenPolicy>),
    variable: 'HEADROOM_POLICY',
    read: () => variables.someText('a policy as JSON'),
    otherwise: "the policy's own defaults, with which runs only observe",
  },
  logGroup: {
    about: "The log group to which the server's log is exported.",
    declared: () => z.optional(schemas.logGroup()),
    byStacks: true,
    otherwise: 'none: alarm is `none`',
  },
  logStream: {
    about:
      "The instance's name, which is the name of its stream in the log group of an Aurora cluster. Not with `metric`, which cannot tell streams apart.",
    declared: () => z.optional(schemas.logStream()),
    variable: 'HEADROOM_LOG_STREAM',
    read: () => variables.orNull(variables.someText('the name of a log stream')),
    otherwise: 'every line of the group is about this server',
  },
  alarm: {
    about:
      'How a refused client starts a run: `metric` by a metric filter with an alarm, `subscription` by the log lines themselves, `log-alarm` by an alarm on a log query; `none` switches it off.',
    declared: () => z._default(oneOf(schemas.ALARM_KINDS, 'what a refusal in the log does'), 'metric'),
  },
  alarmTopicArns: {
    about: 'Topics to which your own alarms publish. Each alarm message starts a run.',
    declared: () => z.optional(schemas.alarmTopicArns()),
    property: 'alarmTopics',
    byStacks: true,
    otherwise: 'none',
  },
  vpc: {
    about: 'The network that reaches the server, and the subnets in which the function runs.',
    declared: schemas.vpc,
    byStacks: true,
  },
  securityGroupIds: {
    about: 'The security groups of the function. Those of the server must allow connections from them.',
    declared: schemas.securityGroupIds,
    property: 'securityGroups',
    byStacks: true,
  },
  schedule: {
    about:
      'When scheduled runs start. With `off` only alarms start runs, and a daily event that opens no connection keeps the function from becoming inactive.',
    declared: () => z._default(schemas.schedule(), 'rate(5 minutes)'),
    property: 'sweep',
    byStacks: true,
  },
  timeZone: {
    about: 'The time zone of a cron schedule.',
    declared: () => z.optional(schemas.timeZone()),
    property: 'sweep',
    byStacks: true,
    otherwise: 'UTC',
  },
  memoryAccess: {
    about:
      'How the function reaches the memory table with the results of earlier runs. A scheduled run that cannot read it only observes.',
    declared: () => z._default(schemas.memoryAccess(), 'existing'),
    property: 'memory',
    byStacks: true,
  },
  table: {
    about:
      "The memory's table. Its partition key `server` is a text. The construct gets it as `memory`. The function reads only this server's item.",
    variable: 'HEADROOM_TABLE',
    read: variables.tableName,
    otherwise: 'none: runs know nothing about earlier runs',
  },
  tls: {
    about: 'Use `off` only in networks that you trust, and for logins with a secret.',
    declared: () => z.optional(schemas.tls()),
    variable: 'HEADROOM_TLS',
    read: () => variables.choice(['verify', 'off'], 'verify', ' or '),
  },
  caFile: {
    about: "PEM file in the function's file system with the certificate authorities to trust.",
    declared: () => z.optional(schemas.caFile()),
    variable: 'HEADROOM_CA_FILE',
    read: () => z.optional(variables.someText('the path of a PEM file')),
    otherwise: "the RDS roots of the region in the bundle, or else Amazon's roots in the Lambda runtime",
  },
  reservedConcurrency: {
    about:
      "Runs at the same time, reserved from the account's concurrency. With a subscription one run follows the other, so that each knows the refused tries of the one before, and a storm of lines starts no more: there only 1 is allowed.",
    declared: () => z.optional(wholeNumber(1, 1000, 'runs at a time, a whole number from 1 to 1000')),
    otherwise: '1 with a subscription, otherwise nothing is reserved',
  },
  logRetentionDays: {
    about: "How long the function's log is kept.",
    declared: () => z.optional(schemas.logRetentionDays()),
    property: 'logRetention',
    byStacks: true,
    otherwise: '90',
  },
  pooler: {
    about:
      'The PgBouncer, pgpool-II or Odyssey in front of the server. Its console is read while a run takes its snapshot. If it has a secret of its own, that secret must be encrypted with the default key of Secrets Manager.',
    declared: () => z.optional(poolerDeclaration()),
    variable: 'HEADROOM_POOLER',
    otherwise: 'none: sessions of poolers are known only by the addresses that the policy names',
  },
  metrics: {
    about: "Which metrics `report` sends for the server's runs.",
    declared: () =>
      z.optional(oneOf(METRICS_CHOICES, 'which metrics are sent for its runs; few if left out')),
    variable: 'HEADROOM_METRICS',
    read: () => variables.choice(METRICS_CHOICES, 'few'),
  },
  warnings: {
    about:
      'When people are warned before the server is full: at which tiers, and in which hours a warning waits. It needs the memory table.',
    declared: () => z.optional(warningsDeclaration()),
    variable: 'HEADROOM_WARNINGS',
    read: warningsText,
    otherwise: 'tiers of 75, 85 and 95 %, without quiet hours',
  },
  statements: {
    about:
      "How much of the sessions' last statements leaves the function, in records, pages and messages: nothing, the shape without values, or the whole text.",
    declared: () =>
      z.optional(
        oneOf(
          STATEMENT_CHOICES,
          "how much of the sessions' statements goes into records and messages; shape if left out",
        ),
      ),
    variable: 'HEADROOM_STATEMENTS',
    read: () => variables.choice(STATEMENT_CHOICES, DEFAULT_STATEMENTS),
  },
  tracing: {
    about: 'Whether X-Ray traces the function.',
    declared: () =>
      z.optional(described(z.boolean({ error: 'true or false' }), 'whether X-Ray traces the function')),
    otherwise: 'false',
  },
  stack: {
    about: 'The number of the stack that the server is in. Each stack holds a part of the servers.',
    declared: () =>
      z.optional(
        wholeNumber(
          0,
          99,
          'the number of a servers stack, 0 to 99, if the stack that follows from its name is full',
        ),
      ),
    byStacks: true,
    otherwise: 'it follows from the name',
  },
} as const satisfies Readonly<Record<string, ServerSetting>>;

type Settings = typeof SERVER_SETTINGS;
export type SettingKey = keyof Settings;
type KeyWith<Field extends keyof ServerSetting> = {
  [Key in SettingKey]: Settings[Key] extends Readonly<Record<Field, unknown>> ? Key : never;
}[SettingKey];

export type DeclaredKey = KeyWith<'declared'>;
export type VariableKey = KeyWith<'variable'>;
export type ReadKey = KeyWith<'read'>;
/** Settings that the construct takes as they are declared. */
export type PlainKey = Exclude<DeclaredKey, KeyWith<'byStacks'>>;
/** The name of a setting at the construct and in the function's configuration. */
export type PropertyOf<Key extends SettingKey> = Settings[Key] extends {
  readonly property: infer Name extends string;
}
  ? Name
  : Key;

/** The settings as a list, for code that goes through all of them. */
export const ALL_SETTINGS: readonly (readonly [key: SettingKey, setting: ServerSetting])[] = Object.entries(
  SERVER_SETTINGS,
) as [SettingKey, ServerSetting][];
