import * as z from 'zod/mini';
import { METRICS_CHOICES, type MetricsChoice, REMEDIATE_ENV, REPORT_ENV } from '../contract.ts';
import { type Finding, invalid, quoted, type RemediationError } from '../core/base/errors.ts';
import { DEFAULT_DATABASE } from '../core/base/maintenance-database.ts';
import { findingsOf } from '../core/base/schema-findings.ts';
import { readPolicyText } from '../core/policy/parse-policy.ts';
import type { Policy } from '../core/policy/policy.ts';
import { DEFAULT_STATEMENTS, STATEMENT_CHOICES } from '../core/server/statement-choice.ts';
import type { Target } from '../postgres/connection/target.ts';
import { authorityFiles } from './authority-files.ts';
import { type PoolerConfig, parsePooler } from './pooler-config.ts';

/** What one `remediate` function knows about its server. */
export type RemediateConfig = {
  readonly server: string;
  readonly target: Target;
  readonly login: Login;
  readonly policy: Policy;
  readonly metrics: MetricsChoice;
  /** The server's own stream in a log group that servers share; null when it shares none. */
  readonly logStream: string | null;
  /** Null where nothing is remembered between runs. */
  readonly table: string | null;
  /** Null where the server has none, or none that we may ask. */
  readonly pooler: PoolerConfig | null;
};

/** How our role proves who it is: by a secret's password (ARN or name), or as this user by IAM. */
export type Login = { readonly secret: string } | { readonly user: string };

/** Without a bucket no record is kept, without a table nothing is remembered. */
export type ReportConfig = {
  readonly topic: string;
  /** The topic of chat rooms; null where nobody reads in one. */
  readonly chat: string | null;
  readonly bucket: string | null;
  readonly table: string | null;
};

export type Environment = Readonly<Record<string, string | undefined>>;

/** Schemas are made when they are needed: each function parses only one of them, and only once. */
const text = (allowed: string) => z.string({ error: allowed }).check(z.minLength(1, { error: allowed }));

const PORT = 'a port from 1 to 65535';
const port = () =>
  z.pipe(
    z.string({ error: PORT }).check(z.regex(/^[1-9]\d{0,4}$/, { error: PORT })),
    z.pipe(
      z.transform((digits: string) => Number(digits)),
      z.int({ error: PORT }).check(z.lte(65_535, { error: PORT })),
    ),
  );

const HOST = "the instance's host name or address, without scheme, user and port";
const SECRET = 'the ARN or name of a secret, never the secret itself';
const USER = 'the name of the role that authenticates by IAM, at most 63 characters';

const CHOICES = METRICS_CHOICES.map((choice) => `"${choice}"`).join(', ');
const STATEMENTS = STATEMENT_CHOICES.map((choice) => `"${choice}"`).join(', ');

const TABLE = 'the name or ARN of a DynamoDB table';
const table = () =>
  z.optional(z.string({ error: TABLE }).check(z.regex(/^[\w.:/-]{3,1024}$/, { error: TABLE })));

const env = REMEDIATE_ENV;

const remediateSchema = () =>
  z.object({
    [env.server]: text("the server's name"),
    [env.host]: z.string({ error: HOST }).check(z.regex(/^[A-Za-z0-9.:_-]+$|^\/[\w./-]+$/, { error: HOST })),
    [env.port]: z._default(port(), 5432),
    [env.database]: z._default(text('a database name'), DEFAULT_DATABASE),
    [env.secret]: z.optional(z.string().check(z.regex(/^[\w/+=.@:!-]+$/, { error: SECRET }))),
    [env.user]: z.optional(text(USER).check(z.maxLength(63, { error: USER }))),
    [env.policy]: text('a policy as JSON'),
    [env.tls]: z._default(z.enum(['verify', 'off'], { error: '"verify" or "off"' }), 'verify'),
    [env.caFile]: z.optional(text('the path of a PEM file')),
    [env.logStream]: z.optional(text('the name of a log stream')),
    [env.table]: table(),
    [env.metrics]: z._default(z.enum(METRICS_CHOICES, { error: CHOICES }), 'few'),
    [env.statements]: z._default(z.enum(STATEMENT_CHOICES, { error: STATEMENTS }), DEFAULT_STATEMENTS),
  });

const TOPIC = 'the ARN of an SNS topic';

const reportSchema = () =>
  z.object({
    [REPORT_ENV.topic]: text(TOPIC),
    [REPORT_ENV.chat]: z.optional(text(TOPIC)),
    [REPORT_ENV.bucket]: z.optional(text('the name of an S3 bucket')),
    [REPORT_ENV.table]: table(),
  });

/**
 * The environment of `remediate`, parsed once.
 * @throws RemediationError `config-invalid` with all problems, the policy's among them.
 */
export function parseRemediateConfig(environment: Environment): RemediateConfig {
  const parsed = z.safeParse(remediateSchema(), environment);
  const read = readPolicyText(environment[env.policy] ?? '{}');
  const inLogin = loginProblems(environment);
  const asked = parsePooler(env.pooler, environment[env.pooler], environment[env.user] !== undefined);
  if (!parsed.success || !('policy' in read) || inLogin.length > 0 || !('pooler' in asked)) {
    const shape = parsed.success ? [] : findingsOf(parsed.error, withoutSecrets(environment));
    const inPolicy = 'policy' in read ? [] : read.findings;
    throw notConfigured([
      ...shape,
      ...inLogin,
      ...('pooler' in asked ? [] : asked.findings),
      ...inPolicy.map((each) => ({ ...each, path: `${env.policy} ${each.path}` })),
    ]);
  }
  const { data } = parsed;
  const { [env.secret]: secret = '', [env.user]: user, [env.caFile]: configured } = data;
  const caFile = authorityFiles({
    configured,
    region: environment.AWS_REGION,
    bundle: import.meta.dirname,
  });
  const tls = data[env.tls] === 'off' ? ({ mode: 'off' } as const) : ({ mode: 'verify', caFile } as const);
  return {
    server: data[env.server],
    target: {
      host: data[env.host],
      port: data[env.port],
      database: data[env.database],
      tls,
      statements: data[env.statements],
    },
    login: user === undefined ? { secret } : { user },
    policy: read.policy,
    metrics: data[env.metrics],
    logStream: data[env.logStream] ?? null,
    table: data[env.table] ?? null,
    pooler: asked.pooler,
  };
}

/** A token in the clear would be anybody's, and RDS takes none that way. */
function loginProblems(environment: Environment): readonly Finding[] {
  const { [env.secret]: secret, [env.user]: user, [env.tls]: tls } = environment;
  if (user === undefined) {
    const allowed = `${SECRET}, or instead ${env.user} for IAM authentication`;
    return secret === undefined ? [{ path: env.secret, found: 'nothing', allowed }] : [];
  }
  const both = { path: env.user, found: quoted(user), allowed: `${env.secret} or ${env.user}, not both` };
  const clear = { path: env.tls, found: quoted(tls), allowed: `"verify" where ${env.user} is set` };
  return [...(secret === undefined ? [] : [both]), ...(tls === 'off' ? [clear] : [])];
}

/** Findings quote what they found, and somebody may have put the secret itself where its name belongs. */
function withoutSecrets(environment: Environment): Environment {
  const hidden = (name: string) => environment[name] && '(not shown)';
  // A host may be a whole URL with its password by mistake.
  return { ...environment, [env.secret]: hidden(env.secret), [env.host]: hidden(env.host) };
}

/** @throws RemediationError `config-invalid`. */
export function parseReportConfig(environment: Environment): ReportConfig {
  const parsed = z.safeParse(reportSchema(), environment);
  if (!parsed.success) throw notConfigured(findingsOf(parsed.error, environment));
  const { data } = parsed;
  return {
    topic: data[REPORT_ENV.topic],
    chat: data[REPORT_ENV.chat] ?? null,
    bucket: data[REPORT_ENV.bucket] ?? null,
    table: data[REPORT_ENV.table] ?? null,
  };
}

function notConfigured(findings: readonly Finding[]): RemediationError {
  return invalid('config-invalid', "The function's environment", findings);
}
