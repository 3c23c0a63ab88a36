import * as z from 'zod/mini';
import { DEFAULT_DATABASE } from '../base/maintenance-database.ts';
import { described, matching, oneOf, someOf, wholeNumber } from '../base/schema-fields.ts';
import { strictObject } from '../base/strict-object.ts';
import { STATEMENT_CHOICES } from '../server/statement-choice.ts';
import { poolerDeclaration } from './pooler-declaration.ts';
import { isTimeZone, parseSchedule, SCHEDULE, SCHEDULE_FORM, TIME_ZONE } from './schedule-text.ts';

/**
 * What a declared server may say, field by field: in cdk.json, and in those properties of the construct that are texts
 * and numbers. A field's error text says what is allowed there, and so describes it in the JSON Schema as well.
 */

/** Long enough for people; the names of functions and schedules, which carry it, end at 64 characters. */
const NAME = 'a name of lower-case letters, digits and hyphens, at most 40, beginning with a letter';

const HOST = "the instance's own endpoint, a host name without scheme and port";
const MOVING_HOST = /\.(cluster|proxy)-/i;
const INSTANCE_HOST =
  "the instance's own endpoint: cluster, reader and proxy names may answer from another server each time";
const host = described(
  matching(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, HOST).check(
    z.refine((text) => !MOVING_HOST.test(text), { error: INSTANCE_HOST }),
  ),
  HOST,
);

export const DEFAULT_PORT = 5432;

const DATABASE = `the name of one database, the maintenance database; ${DEFAULT_DATABASE}, which role-sql makes, if left out`;
const database = described(
  z
    .string({ error: DATABASE })
    .check(z.minLength(1, { error: DATABASE }), z.maxLength(63, { error: DATABASE })),
  DATABASE,
);

/** A partial ARN grants a wildcard or nothing, so the six characters at its end are asked for. */
export const SECRET_ARN =
  'the complete ARN of a Secrets Manager secret, with the six characters that AWS puts at its end';
const SECRET_FORM = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+-[A-Za-z0-9]{6}$/;
export const KEY_FORM = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/;
/** As a policy's ARN carries it: none of the signs that stand for any text there. */
const USER =
  'our role as it is named in the server, of letters, digits, "_", ".", "@" and "-", at most 63 characters';
const RESOURCE =
  'the resource id of the instance ("db-...") or of the Aurora cluster ("cluster-..."), which is not its name';

const LOG_STREAM =
  "the instance's name, which its stream has, in a log group that an Aurora cluster's instances share";

/** How a refused client makes the function run. */
const ALARM_KINDS = ['metric', 'subscription', 'log-alarm', 'none'] as const;
export type AlarmKind = (typeof ALARM_KINDS)[number];

const schedule = described(
  z.string({ error: SCHEDULE }).check(
    z.regex(SCHEDULE_FORM, { error: SCHEDULE }),
    z.refine((text) => parseSchedule(text) !== null, { error: SCHEDULE }),
  ),
  SCHEDULE,
);
const timeZone = described(
  z.string({ error: TIME_ZONE }).check(z.refine(isTimeZone, { error: TIME_ZONE })),
  TIME_ZONE,
);

const MEMORY_ACCESS =
  '"existing" where the subnets reach DynamoDB, "none" to run without memory, or {"routeTableIds": ["rtb-..."]} for a gateway endpoint of our own';
const routeTable = matching(/^rtb-([0-9a-f]{8}|[0-9a-f]{17})$/, 'a route table\'s id such as "rtb-0a1b2c3d"');
const routeTables = someOf(routeTable, 'a list of route table ids, at least one');
const memoryAccess = described(
  z.union([z.enum(['existing', 'none']), strictObject({ routeTableIds: routeTables })], {
    error: MEMORY_ACCESS,
  }),
  MEMORY_ACCESS,
);

const subnet = matching(
  /^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/,
  'a subnet id such as "subnet-0a1b2c3d4e5f60718"',
);
const zone = matching(/^[a-z]{2}-[a-z0-9-]+[a-z]$/, 'a zone such as "eu-west-1a"');
const vpc = strictObject({
  vpcId: matching(/^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/, 'a VPC id such as "vpc-0a1b2c3d4e5f60718"'),
  availabilityZones: someOf(zone, 'a list of availability zones such as "eu-west-1a", at least one'),
  subnetIds: someOf(subnet, 'a list of subnet ids such as "subnet-0a1b2c3d4e5f60718", at least one'),
});
const securityGroup = matching(
  /^sg-([0-9a-f]{8}|[0-9a-f]{17})$/,
  'a security group\'s id such as "sg-0a1b2c3d4e5f60718"',
);
export const topicArn = matching(
  /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/,
  'the ARN of an SNS topic',
);

/** The only periods that CloudWatch Logs keeps. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;
const RETENTION = `days that CloudWatch Logs can keep: ${RETENTION_DAYS.join(', ')}`;
const logRetentionDays = described(z.literal(RETENTION_DAYS, { error: RETENTION }), RETENTION);

export type { StatementChoice } from '../server/statement-choice.ts';

/** Everything but the policy, whose grammar is the policy parser's. */
export const serverFields = {
  name: matching(/^[a-z][a-z0-9-]{0,39}$/, NAME),
  host,
  port: z._default(wholeNumber(1, 65_535, 'a port from 1 to 65535'), DEFAULT_PORT),
  database: z.optional(database),
  secretArn: z.optional(matching(SECRET_FORM, SECRET_ARN)),
  secretKeyArn: z.optional(matching(KEY_FORM, "the ARN of the secret's own KMS key, no alias")),
  user: z.optional(matching(/^[\w.@-]{1,63}$/, USER)),
  resourceId: z.optional(matching(/^(db|cluster)-[A-Z0-9]{10,40}$/, RESOURCE)),
  logGroup: z.optional(
    matching(
      /^[.\-_/#A-Za-z0-9]{1,512}$/,
      'the log group\'s name, such as "/aws/rds/instance/orders/postgresql"',
    ),
  ),
  logStream: z.optional(matching(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,254}$/, LOG_STREAM)),
  alarm: z._default(oneOf(ALARM_KINDS, 'what a refusal in the log does'), 'metric'),
  alarmTopicArns: z.optional(
    someOf(topicArn, 'a list of SNS topics to which alarms of your own publish, at least one'),
  ),
  vpc,
  securityGroupIds: someOf(securityGroup, 'a list of security group ids, at least one'),
  schedule: z._default(schedule, 'rate(5 minutes)'),
  timeZone: z.optional(timeZone),
  memoryAccess: z._default(memoryAccess, 'existing'),
  tls: z.optional(oneOf(['verify', 'off'], '"off" only where somebody vouches for the network')),
  caFile: z.optional(matching(/^\/\S+$/, "the absolute path of a PEM file in the function's file system")),
  reservedConcurrency: z.optional(wholeNumber(1, 1000, 'runs at a time, a whole number from 1 to 1000')),
  logRetentionDays: z.optional(logRetentionDays),
  pooler: z.optional(poolerDeclaration()),
  metrics: z.optional(oneOf(['none', 'few', 'all'], 'how many metrics its runs are worth; few if left out')),
  statements: z.optional(
    oneOf(STATEMENT_CHOICES, "how much of its sessions' statements leaves the function; shape if left out"),
  ),
  tracing: z.optional(described(z.boolean({ error: 'true or false' }), 'whether X-Ray traces the function')),
  stack: z.optional(
    wholeNumber(0, 99, 'the number of a servers stack, 0 to 99, where its own by name is full'),
  ),
} as const;
