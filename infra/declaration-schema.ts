import * as z from 'zod/mini';
import { strictObject } from '../functions/core/strict-object.ts';

/**
 * The shape of one declared server. A schema's error text says what is allowed there; `parseServers` puts it beside what
 * was found. Contradictions between servers and the policy's own grammar are checked there too.
 */

/** A text of one form; the same words answer a wrong type and a wrong text. */
function matching(form: RegExp, error: string) {
  return z.string({ error }).check(z.regex(form, { error }));
}

/** Long enough for people; schedule names, which carry it, end at 64 characters. */
const NAME = 'a name of lower-case letters, digits and hyphens, at most 40, beginning with a letter';

const HOST = "the instance's own endpoint, a host name without scheme and port";
const MOVING_HOST = /\.(cluster|proxy)-/i;
const INSTANCE_HOST =
  "the instance's own endpoint: cluster, reader and proxy names may answer from another server each time";
const host = matching(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, HOST).check(
  z.refine((text) => !MOVING_HOST.test(text), { error: INSTANCE_HOST }),
);

export const DEFAULT_PORT = 5432;
const PORT = 'a port from 1 to 65535';
const port = z.int({ error: PORT }).check(z.gte(1, { error: PORT }), z.lte(65_535, { error: PORT }));

const DATABASE = 'the name of one database, the maintenance database';
const database = z.string({ error: DATABASE }).check(z.minLength(1, { error: DATABASE }));

/** A partial ARN grants a wildcard or nothing, so the six characters at its end are asked for. */
export const SECRET_ARN =
  'the complete ARN of a Secrets Manager secret, with the six characters that AWS puts at its end';
/** As a policy's ARN carries it: none of the signs that stand for any text there. */
const USER =
  'our role as it is named in the server, of letters, digits, "_", ".", "@" and "-", at most 63 characters';
const RESOURCE =
  'the resource id of the instance ("db-...") or of the Aurora cluster ("cluster-..."), which is not its name';

const secretArn = matching(
  /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+-[A-Za-z0-9]{6}$/,
  SECRET_ARN,
);

const LOG_GROUP = 'the log group\'s name, such as "/aws/rds/instance/orders/postgresql"';
const SUBNETS = 'a list of subnet ids such as "subnet-0a1b2c3d4e5f60718", at least one';
const ZONES = 'a list of availability zones such as "eu-west-1a", at least one';

function someOf(entry: z.ZodMiniType<string, string>, error: string) {
  return z.array(entry, { error }).check(z.minLength(1, { error }));
}

const vpc = strictObject({
  vpcId: matching(/^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/, 'a VPC id such as "vpc-0a1b2c3d4e5f60718"'),
  availabilityZones: someOf(matching(/^[a-z]{2}-[a-z0-9-]+[a-z]$/, 'a zone such as "eu-west-1a"'), ZONES),
  subnetIds: someOf(
    matching(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/, 'a subnet id such as "subnet-0a1b2c3d4e5f60718"'),
    SUBNETS,
  ),
});

const MINUTES = { minute: 1, hour: 60, day: 24 * 60 } as const;
const RATE = /^rate\(([1-9]\d{0,3}) (minute|hour|day)s?\)$/;
const SCHEDULE =
  '"rate(N minutes)", "rate(N hours)" or "rate(1 day)", at most a day: Lambda lets a function in a VPC that stays idle go inactive';

function rateMinutes(text: string): number | null {
  const [, count, unit] = RATE.exec(text) ?? [];
  if (count === undefined || unit === undefined) return null;
  const minutes = Number(count) * MINUTES[unit as keyof typeof MINUTES];
  return minutes <= MINUTES.day ? minutes : null;
}

const schedule = z.pipe(
  z.string({ error: SCHEDULE }).check(z.refine((text) => rateMinutes(text) !== null, { error: SCHEDULE })),
  z.transform((text) => ({ everyMinutes: Number(rateMinutes(text)) })),
);

const CA_FILE = "the absolute path of a PEM file in the function's file system";

const serverSchema = strictObject({
  name: matching(/^[a-z][a-z0-9-]{0,39}$/, NAME),
  host,
  port: z._default(port, DEFAULT_PORT),
  database: z.optional(database),
  secretArn: z.optional(secretArn),
  user: z.optional(matching(/^[\w.@-]{1,63}$/, USER)),
  resourceId: z.optional(matching(/^(db|cluster)-[A-Z0-9]{10,40}$/, RESOURCE)),
  logGroup: matching(/^[.\-_/#A-Za-z0-9]{1,512}$/, LOG_GROUP),
  vpc,
  securityGroupId: matching(
    /^sg-([0-9a-f]{8}|[0-9a-f]{17})$/,
    'a security group\'s id such as "sg-0a1b2c3d4e5f60718"',
  ),
  schedule: z.optional(schedule),
  // Its grammar is the policy parser's, here as at run time.
  policy: z.optional(z.unknown()),
  tls: z.optional(z.enum(['verify', 'off'], { error: '"verify" or "off"' })),
  caFile: z.optional(matching(/^\/\S+$/, CA_FILE)),
});

const SERVERS = 'a list of servers, at least one: the key "servers" in the context of cdk.json';

export const declarationSchema = strictObject({
  servers: z.array(serverSchema, { error: SERVERS }).check(z.minLength(1, { error: SERVERS })),
});

/** A declared server, parsed. Its policy is as it was written: the function parses it again where it runs. */
export type ServerDeclaration = z.infer<typeof serverSchema>;
