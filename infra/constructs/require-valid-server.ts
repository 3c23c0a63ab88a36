import { TimeZone, Token } from 'aws-cdk-lib';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import * as z from 'zod/mini';
import { type Finding, invalid, quoted } from '../../functions/core/base/errors.ts';
import { serverFields } from '../../functions/core/declaration/server-declaration.ts';
import { ALL_SETTINGS } from '../../functions/core/declaration/server-settings.ts';
import { SECRET_ARN } from '../../functions/core/declaration/setting-schemas.ts';
import type { ServerFields } from './remediate-environment.ts';
import { serverProblems } from './server-problems.ts';
import type { ServerRemediationProps } from './server-remediation-props.ts';
import { withoutSecret } from './without-secret.ts';

/** Settings whose construct property has another name. */
const PROPERTIES: ReadonlyMap<string, string> = new Map(
  ALL_SETTINGS.map(([key, { property = key }]) => [key, property]),
);

/**
 * Checks a construct's properties by the rules of declarations. Values that are known only at deployment are accepted as
 * they are.
 * @throws RemediationError `config-invalid` with all problems, each with its property.
 */
export function requireValidServer(path: string, props: ServerRemediationProps): void {
  const server = asDeclared(props);
  const findings = [
    ...secretProblems(props),
    ...fieldProblems(server),
    ...serverProblems(server),
    ...topicProblems(props),
  ];
  if (findings.length === 0) return;
  const renamed = findings.map((finding) => ({
    ...finding,
    path: PROPERTIES.get(finding.path) ?? finding.path,
  }));
  throw invalid('config-invalid', `The ServerRemediation ${path}`, renamed.map(withoutSecret));
}

/** The properties in the form of a declaration. */
export function asDeclared(props: ServerRemediationProps): ServerFields {
  // A declaration names a VPC by its ids, a construct gets it as an object.
  const { server, secret, sweep, logGroup, vpc: _, ...same } = props;
  return {
    ...same,
    name: server,
    secretArn: secret?.secretFullArn ?? secret?.secretArn,
    logGroup: logGroup?.logGroupName,
    schedule: sweep === 'off' ? sweep : sweep?.expressionString,
    timeZone: sweep === 'off' ? undefined : zoneOf(sweep),
  };
}

/** The library gives this zone to every expression without one. */
function zoneOf(sweep: ScheduleExpression | undefined): string | undefined {
  const name = sweep?.timeZone?.timezoneName;
  return name === TimeZone.ETC_UTC.timezoneName ? undefined : name;
}

function fieldProblems(server: ServerFields): readonly Finding[] {
  return Object.entries(serverFields).flatMap(([key, schema]) => {
    const value = server[key];
    if (value === undefined || Token.isUnresolved(value)) return [];
    const parsed = z.safeParse(schema, value);
    if (parsed.success) return [];
    const allowed = [...new Set(parsed.error.issues.map(({ message }) => message))];
    return allowed.map((each) => ({ path: key, found: quoted(value), allowed: each }));
  });
}

/** A partial ARN may end like a complete one. Only the imported secret shows which one it is. */
function secretProblems({ secret }: ServerRemediationProps): readonly Finding[] {
  if (secret === undefined || secret.secretFullArn !== undefined) return [];
  const allowed = `${SECRET_ARN}, imported with Secret.fromSecretCompleteArn`;
  const found = Token.isUnresolved(secret.secretArn) ? 'a part of one' : quoted(secret.secretArn);
  return [{ path: 'secretArn', found, allowed }];
}

/** Our own messages would start a run, and its result would be another message. */
function topicProblems({ alarmTopics = [], outputTopics = [] }: ServerRemediationProps): readonly Finding[] {
  const outputs = new Set(outputTopics.map(({ topicArn }) => topicArn));
  return alarmTopics.flatMap(({ topicArn }, index) => {
    if (!outputs.has(topicArn)) return [];
    const allowed = 'a topic that report does not publish to: its messages would start runs';
    return [{ path: `alarmTopics[${index}]`, found: quoted(topicArn), allowed }];
  });
}
