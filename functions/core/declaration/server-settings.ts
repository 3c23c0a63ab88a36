import * as z from 'zod/mini';
import { METRICS_CHOICES } from '../../contract.ts';
import { DEFAULT_DATABASE } from '../base/maintenance-database.ts';
import { described, oneOf, wholeNumber } from '../base/schema-fields.ts';
import { DEFAULT_STATEMENTS, STATEMENT_CHOICES } from '../server/statement-choice.ts';
import { poolerDeclaration } from './pooler-declaration.ts';
import * as schemas from './setting-schemas.ts';
import * as variables from './variable-schemas.ts';

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
    about:
      'What people call the server; part of every message, and of the names of its function, alarm and schedule.',
    declared: schemas.serverName,
    property: 'server',
    variable: 'HEADROOM_SERVER',
    read: () => variables.someText("the server's name"),
  },
  host: {
    about: "The instance's own endpoint: a cluster, reader or proxy name may answer from another server.",
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
      'The maintenance database. The default is made by `headroom role-sql`; no other ordinary role can connect to it.',
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
    about: 'The KMS key of the secret, where it has one of its own.',
    declared: () => z.optional(schemas.keyArn("the ARN of the secret's own KMS key, no alias")),
    property: 'secret',
    byStacks: true,
    otherwise: 'the default key of Secrets Manager',
  },
  user: {
    about: "Our role's name, for IAM authentication in place of a secret; to be granted rds_iam.",
    declared: () => z.optional(schemas.user()),
    variable: 'HEADROOM_USER',
    read: variables.roleName,
    otherwise: 'none: a secret is given',
  },
  resourceId: {
    about:
      "The instance's resource id (db-...), or an Aurora cluster's (cluster-...), which is not its name.",
    declared: () => z.optional(schemas.resourceId()),
    otherwise: 'none: a secret is given',
  },
  policy: {
    about: 'The policy as it is written in JSON; parsed at synth time as it is at run time.',
    declared: () => z.optional(z.unknown()),
    variable: 'HEADROOM_POLICY',
    read: () => variables.someText('a policy as JSON'),
    otherwise: "the policy's own defaults, which only observe",
  },
  logGroup: {
    about: "The log group to which the server's log is exported.",
    declared: () => z.optional(schemas.logGroup()),
    byStacks: true,
    otherwise: 'none: alarm is `none`',
  },
  logStream: {
    about:
      "The instance's name, which its stream has in a log group that an Aurora cluster's instances share. Not with `metric`, which cannot tell streams apart.",
    declared: () => z.optional(schemas.logStream()),
    variable: 'HEADROOM_LOG_STREAM',
    read: () => variables.orNull(variables.someText('the name of a log stream')),
    otherwise: 'every line of the group is about this server',
  },
  alarm: {
    about:
      'How a refused client makes the function run: `metric`, a metric filter with an alarm; `subscription`, the lines themselves; `log-alarm`, an alarm on a query; `none`.',
    declared: () => z._default(oneOf(schemas.ALARM_KINDS, 'what a refusal in the log does'), 'metric'),
  },
  alarmTopicArns: {
    about:
      'Topics to which alarms of your own publish. Each message that is an alarm makes the function run.',
    declared: () => z.optional(schemas.alarmTopicArns()),
    property: 'alarmTopics',
    byStacks: true,
    otherwise: 'none',
  },
  vpc: {
    about: 'The network from which the server can be reached, and where in it the function runs.',
    declared: schemas.vpc,
    byStacks: true,
  },
  securityGroupIds: {
    about: "The function's security groups. The server's own groups must let these in.",
    declared: schemas.securityGroupIds,
    property: 'securityGroups',
    byStacks: true,
  },
  schedule: {
    about:
      'When sweeps run. With `off` only alarms make the function run, and a daily event that opens no connection keeps it from going inactive.',
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
      'How the function reaches the memory table, which tells what earlier runs came to. A run that cannot read it only observes on the schedule.',
    declared: () => z._default(schemas.memoryAccess(), 'existing'),
    property: 'memory',
    byStacks: true,
  },
  table: {
    about:
      "The memory's table, whose partition key `server` is a text. The construct's `memory` names it; the function reads this server's item only.",
    variable: 'HEADROOM_TABLE',
    read: variables.tableName,
    otherwise: 'none: nothing is remembered between runs',
  },
  tls: {
    about: '`off` is for networks that you trust, and for logins by a secret.',
    declared: () => z.optional(schemas.tls()),
    variable: 'HEADROOM_TLS',
    read: () => variables.choice(['verify', 'off'], 'verify', ' or '),
  },
  caFile: {
    about: "PEM file in the function's file system with the certificate authorities to trust.",
    declared: () => z.optional(schemas.caFile()),
    variable: 'HEADROOM_CA_FILE',
    read: () => z.optional(variables.someText('the path of a PEM file')),
    otherwise:
      "the region's RDS roots that the bundle brings, or else Amazon's as the Lambda runtime brings them",
  },
  reservedConcurrency: {
    about:
      "Runs at a time, taken from the account's concurrency. With a subscription one works, one waits for the server's lock, and a storm of lines makes no more.",
    declared: () => z.optional(wholeNumber(1, 1000, 'runs at a time, a whole number from 1 to 1000')),
    otherwise: '2 with a subscription, else none is reserved',
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
      'The PgBouncer or pgpool-II in front of the server. Its console is read while a run takes its snapshot. A secret of its own is read with the default key of Secrets Manager.',
    declared: () => z.optional(poolerDeclaration()),
    variable: 'HEADROOM_POOLER',
    otherwise: 'none: sessions of poolers are known by their addresses only, as the policy names them',
  },
  metrics: {
    about: "Which metrics `report` sends for the server's runs.",
    declared: () =>
      z.optional(oneOf(METRICS_CHOICES, 'how many metrics its runs are worth; few if left out')),
    variable: 'HEADROOM_METRICS',
    read: () => variables.choice(METRICS_CHOICES, 'few'),
  },
  statements: {
    about:
      "How much of its sessions' last statements leaves the function, into records, pages and messages: nothing, their shape without values, or all of it.",
    declared: () =>
      z.optional(
        oneOf(
          STATEMENT_CHOICES,
          "how much of its sessions' statements leaves the function; shape if left out",
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
    about: 'The number of the stack that the server is in, of which each holds a part of the servers.',
    declared: () =>
      z.optional(wholeNumber(0, 99, 'the number of a servers stack, 0 to 99, where its own by name is full')),
    byStacks: true,
    otherwise: 'by its name',
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
