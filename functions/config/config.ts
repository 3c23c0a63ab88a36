import * as z from 'zod/mini';
import { REPORT_ENV } from '../contract.ts';
import { type Finding, invalid, quoted, type RemediationError } from '../core/base/errors.ts';
import { findingsOf } from '../core/base/schema-findings.ts';
import { type Receiver, receiversSchema } from '../core/declaration/receiver-declaration.ts';
import {
  REMEDIATE_ENV,
  type VariableValues,
  valuesOf,
  variablesSchema,
} from '../core/declaration/remediate-variables.ts';
import { orNull, SECRET, someText, tableName } from '../core/declaration/variable-schemas.ts';
import { warningOrder } from '../core/declaration/warning-order.ts';
import { readPolicyText } from '../core/policy/parse-policy.ts';
import type { Policy } from '../core/policy/policy.ts';
import type { WarningOrder } from '../core/warning/parse-warnings.ts';
import type { Target } from '../postgres/connection/target.ts';
import { authorityFiles } from './authority-files.ts';
import { jsonOf } from './json-of.ts';
import { type PoolerConfig, parsePooler } from './pooler-config.ts';

/** Settings from which this file makes something else: target, login and policy. */
type Composed =
  | 'host'
  | 'port'
  | 'database'
  | 'statements'
  | 'tls'
  | 'caFile'
  | 'secret'
  | 'user'
  | 'policy'
  | 'warnings';

/**
 * What one `remediate` function knows about its server. Most settings keep their name; the others are parts of target,
 * login and policy.
 */
export type RemediateConfig = Omit<VariableValues, Composed> & {
  readonly target: Target;
  readonly login: Login;
  readonly policy: Policy;
  /** Null where no pooler is declared. */
  readonly pooler: PoolerConfig | null;
  /** Null where people are not warned before the server is full. */
  readonly warnings: WarningOrder | null;
};

/** How our role logs in: with the password in a secret (ARN or name), or as this user by IAM. */
export type Login = { readonly secret: string } | { readonly user: string };

/** Without a bucket no record is kept. Without a table nothing is remembered between runs. */
export type ReportConfig = {
  readonly topic: string;
  /** The topic of chat rooms; null where there is none. */
  readonly chat: string | null;
  readonly bucket: string | null;
  readonly table: string | null;
  readonly receivers: readonly Receiver[];
};

export type Environment = Readonly<Record<string, string | undefined>>;

const env = REMEDIATE_ENV;

const TOPIC = 'the ARN of an SNS topic';

const reportSchema = () =>
  z.object({
    [REPORT_ENV.topic]: someText(TOPIC),
    [REPORT_ENV.chat]: orNull(someText(TOPIC)),
    [REPORT_ENV.bucket]: orNull(someText('the name of an S3 bucket')),
    [REPORT_ENV.table]: tableName(),
    [REPORT_ENV.receivers]: z._default(
      z.pipe(z.pipe(z.string(), z.transform(jsonOf)), receiversSchema()),
      [],
    ),
  });

/**
 * Parses the environment of `remediate`.
 * @throws RemediationError `config-invalid` with all problems, including those of the policy.
 */
export function parseRemediateConfig(environment: Environment): RemediateConfig {
  const parsed = z.safeParse(variablesSchema(), environment);
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
  return configOf(valuesOf(parsed.data), read.policy, asked.pooler, environment.AWS_REGION);
}

function configOf(
  values: VariableValues,
  policy: Policy,
  pooler: PoolerConfig | null,
  region: string | undefined,
): RemediateConfig {
  const { host, port, database, statements, tls, caFile: configured, secret = '', user, ...asRead } = values;
  const caFile = authorityFiles({ configured, region, bundle: import.meta.dirname });
  const mode = tls === 'off' ? ({ mode: 'off' } as const) : ({ mode: 'verify', caFile } as const);
  return {
    ...asRead,
    target: { host, port, database, tls: mode, statements },
    login: user === undefined ? { secret } : { user },
    policy,
    pooler,
    warnings: warningOrder(values.warnings, host),
  };
}

/** An IAM token needs TLS: without it everybody on the network could read the token, and RDS refuses it. */
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

/** Findings quote what they found. These variables may hold a password by mistake, so their values are hidden. */
function withoutSecrets(environment: Environment): Environment {
  const hidden = (name: string) => environment[name] && '(not shown)';
  // A host may be a whole URL with its password.
  return { ...environment, [env.secret]: hidden(env.secret), [env.host]: hidden(env.host) };
}

/** @throws RemediationError `config-invalid`. */
export function parseReportConfig(environment: Environment): ReportConfig {
  const parsed = z.safeParse(reportSchema(), environment);
  if (!parsed.success) throw notConfigured(findingsOf(parsed.error, environment));
  const { data } = parsed;
  return {
    topic: data[REPORT_ENV.topic],
    chat: data[REPORT_ENV.chat],
    bucket: data[REPORT_ENV.bucket],
    table: data[REPORT_ENV.table],
    receivers: data[REPORT_ENV.receivers],
  };
}

function notConfigured(findings: readonly Finding[]): RemediationError {
  return invalid('config-invalid', "The function's environment", findings);
}
