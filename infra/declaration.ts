import * as z from 'zod/mini';
import { type Finding, invalid, quoted } from '../functions/core/errors.ts';
import { findingsOf } from '../functions/core/findings.ts';
import { readPolicy } from '../functions/core/parse-policy.ts';
import { DEFAULT_PORT, declarationSchema, SECRET_ARN, type ServerDeclaration } from './declaration-schema.ts';

/**
 * Turns the context `servers` of cdk.json into servers that the stacks trust.
 * @throws RemediationError `config-invalid` with all problems, those of the policies among them, each with its path.
 */
export function parseServers(context: unknown): readonly ServerDeclaration[] {
  const input = { servers: context };
  const shape = z.safeParse(declarationSchema, input);
  const entries = Array.isArray(context) ? context.map(fieldsOf) : [];
  const findings = [
    ...(shape.success ? [] : findingsOf(shape.error, input)),
    ...entries.flatMap(loginProblems),
    ...entries.flatMap(policyProblems),
    ...repeated(entries, 'name', ({ name }) => textOrNull(name)),
    ...repeated(entries, 'host', endpointOf),
  ];
  if (findings.length > 0 || !shape.success)
    throw invalid('config-invalid', 'The declaration of servers in cdk.json', findings.map(withoutSecret));
  return shape.data.servers;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** One login and only one: by a secret, or by IAM as a user of a resource, which needs TLS. */
function loginProblems(entry: Fields, index: number): readonly Finding[] {
  const { secretArn, user, resourceId, tls } = entry;
  const problem = (key: string, allowed: string) => ({
    path: `servers[${index}].${key}`,
    found: quoted(entry[key]),
    allowed,
  });
  if (user === undefined && resourceId === undefined) {
    const either = `${SECRET_ARN}, or instead of it user and resourceId`;
    return secretArn === undefined ? [problem('secretArn', either)] : [];
  }
  return [
    ...(secretArn === undefined ? [] : [problem('secretArn', 'no such key beside user and resourceId')]),
    ...(user === undefined ? [problem('user', 'our role, beside resourceId')] : []),
    ...(resourceId === undefined ? [problem('resourceId', 'the id of the resource, beside user')] : []),
    ...(tls === 'off' ? [problem('tls', '"verify" beside user: IAM authentication needs TLS')] : []),
  ];
}

function policyProblems({ policy = {} }: Fields, index: number): readonly Finding[] {
  const read = readPolicy(policy);
  if ('policy' in read) return [];
  return read.findings.map(({ path, ...finding }) => ({
    path: `servers[${index}].policy${path === '(root)' ? '' : `.${path}`}`,
    ...finding,
  }));
}

/** Host names are compared as DNS does, without regard to case. */
function endpointOf({ host, port = DEFAULT_PORT }: Fields): string | null {
  return typeof host === 'string' ? `${host.toLowerCase()}:${port}` : null;
}

/** Two functions for one server would each count the other's sessions as clients and race for its lock. */
function repeated(
  entries: readonly Fields[],
  key: 'name' | 'host',
  identity: (entry: Fields) => string | null,
): readonly Finding[] {
  const first = new Map<string, number>();
  return entries.flatMap((entry, index) => {
    const id = identity(entry);
    if (id === null) return [];
    const before = first.get(id);
    if (before === undefined) {
      first.set(id, index);
      return [];
    }
    const allowed =
      key === 'name'
        ? `a name of its own: servers[${before}] has this one`
        : `a server declared once: servers[${before}] has the same host and port`;
    return [{ path: `servers[${index}].${key}`, found: quoted(key === 'name' ? id : entry.host), allowed }];
  });
}

/** Who types a password into the declaration must not find it in the build's log as well. */
function withoutSecret(finding: Finding): Finding {
  const { path, found } = finding;
  const isSecret = /(pass|pwd|secret|token)[^.]*$/i.test(path) && !/^(nothing|"arn:)/.test(found);
  return {
    ...finding,
    found: isSecret ? 'a value that is not shown' : found.replace(/\/\/[^@"]*@/, '//...@'),
  };
}
