import * as z from 'zod/mini';
import { DEFAULT_DATABASE } from '../base/maintenance-database.ts';
import { described, matching, oneOf, someOf, wholeNumber } from '../base/schema-fields.ts';
import { strictObject } from '../base/strict-object.ts';
import { isZone } from '../base/wall-clock.ts';
import { parseSchedule, SCHEDULE, SCHEDULE_FORM, TIME_ZONE } from './schedule-text.ts';

/**
 * The schemas of single settings, for the table of settings. The error text says what is allowed and
 * describes the field in the JSON Schema. Each schema is built when it is needed: a function that starts
 * builds only those of its variables.
 */

/** At most 40 characters, because the names of functions and schedules contain it and have at most 64. */
export const SERVER_NAME =
  'a name of lower-case letters, digits and hyphens, at most 40, beginning with a letter';
export const SERVER_NAME_FORM = /^[a-z][a-z0-9-]{0,39}$/;
export const serverName = () => matching(SERVER_NAME_FORM, SERVER_NAME);

const HOST = "the instance's own endpoint, a host name without scheme and port";
const MOVING_HOST = /\.(cluster|proxy)-/i;
const INSTANCE_HOST =
  "the instance's own endpoint: cluster, reader and proxy names may lead to another server each time";
export const instanceHost = () =>
  described(
    matching(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, HOST).check(
      z.refine((text) => !MOVING_HOST.test(text), { error: INSTANCE_HOST }),
    ),
    HOST,
  );

export const DEFAULT_PORT = 5432;
const PORT = 'a port from 1 to 65535';
export const port = () => z._default(wholeNumber(1, 65_535, PORT), DEFAULT_PORT);

const DATABASE = `the name of one database, the maintenance database; ${DEFAULT_DATABASE}, which role-sql makes, if left out`;
export const database = () =>
  described(
    z
      .string({ error: DATABASE })
      .check(z.minLength(1, { error: DATABASE }), z.maxLength(63, { error: DATABASE })),
    DATABASE,
  );

/**
 * A partial ARN would grant access by a wildcard or not at all, so that its last six characters are required.
 */
export const SECRET_ARN =
  'the complete ARN of a Secrets Manager secret, with the six characters that AWS puts at its end';
export const secretArn = () =>
  matching(
    /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+-[A-Za-z0-9]{6}$/,
    SECRET_ARN,
  );

export const keyArn = (allowed: string) =>
  matching(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, allowed);

/** A policy's ARN contains the name, so it must not have characters that stand for any text there. */
const USER =
  'the name of our role in the server, of letters, digits, "_", ".", "@" and "-", at most 63 characters';
export const user = () => matching(/^[\w.@-]{1,63}$/, USER);

const RESOURCE =
  'the resource id of the instance ("db-...") or of the Aurora cluster ("cluster-..."), which is not its name';
export const resourceId = () => matching(/^(db|cluster)-[A-Z0-9]{10,40}$/, RESOURCE);

const LOG_GROUP = 'the log group\'s name, such as "/aws/rds/instance/orders/postgresql"';
export const logGroup = () => matching(/^[.\-_/#A-Za-z0-9]{1,512}$/, LOG_GROUP);

const LOG_STREAM =
  "the instance's name, which is its stream in a log group that an Aurora cluster's instances share";
export const logStream = () => matching(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,254}$/, LOG_STREAM);

/** What starts a run after a client was refused. */
export const ALARM_KINDS = ['metric', 'subscription', 'log-alarm', 'none'] as const;
export type AlarmKind = (typeof ALARM_KINDS)[number];

export const topicArn = () =>
  matching(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/, 'the ARN of an SNS topic');
export const alarmTopicArns = () =>
  someOf(topicArn(), 'a list of SNS topics to which your own alarms publish, at least one');

export const schedule = () =>
  described(
    z.string({ error: SCHEDULE }).check(
      z.regex(SCHEDULE_FORM, { error: SCHEDULE }),
      z.refine((text) => parseSchedule(text) !== null, { error: SCHEDULE }),
    ),
    SCHEDULE,
  );
export const timeZone = () =>
  described(z.string({ error: TIME_ZONE }).check(z.refine(isZone, { error: TIME_ZONE })), TIME_ZONE);

const MEMORY_ACCESS =
  '"existing" where the subnets reach DynamoDB, "none" to run without memory, or {"routeTableIds": ["rtb-..."]} for a gateway endpoint of our own';
const routeTables = () =>
  someOf(
    matching(/^rtb-([0-9a-f]{8}|[0-9a-f]{17})$/, 'a route table\'s id such as "rtb-0a1b2c3d"'),
    'a list of route table ids, at least one',
  );
export const memoryAccess = () =>
  described(
    z.union([z.enum(['existing', 'none']), strictObject({ routeTableIds: routeTables() })], {
      error: MEMORY_ACCESS,
    }),
    MEMORY_ACCESS,
  );

const SUBNET = 'a subnet id such as "subnet-0a1b2c3d4e5f60718"';
const ZONE = 'a zone such as "eu-west-1a"';
export const vpc = () =>
  strictObject({
    vpcId: matching(/^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/, 'a VPC id such as "vpc-0a1b2c3d4e5f60718"'),
    availabilityZones: someOf(
      matching(/^[a-z]{2,}-[a-z0-9-]+[a-z]$/, ZONE),
      'a list of availability zones such as "eu-west-1a", at least one',
    ),
    subnetIds: someOf(
      matching(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/, SUBNET),
      'a list of subnet ids such as "subnet-0a1b2c3d4e5f60718", at least one',
    ),
  });

const SECURITY_GROUP = 'a security group\'s id such as "sg-0a1b2c3d4e5f60718"';
export const securityGroupIds = () =>
  someOf(
    matching(/^sg-([0-9a-f]{8}|[0-9a-f]{17})$/, SECURITY_GROUP),
    'a list of security group ids, at least one',
  );

export const tls = () => oneOf(['verify', 'off'], '"off" only for a network that you trust');
export const caFile = () =>
  matching(/^\/\S+$/, "the absolute path of a PEM file in the function's file system");

/** The only retention periods that CloudWatch Logs has. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;
const RETENTION = `days that CloudWatch Logs can keep: ${RETENTION_DAYS.join(', ')}`;
export const logRetentionDays = () => described(z.literal(RETENTION_DAYS, { error: RETENTION }), RETENTION);
