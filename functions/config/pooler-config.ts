import * as z from 'zod/mini';
import { type Finding, quoted } from '../core/base/errors.ts';
import { findingsOf } from '../core/base/schema-findings.ts';
import { NO_PASSWORD, POOLER_PORTS, poolerDeclaration } from '../core/declaration/pooler-declaration.ts';
import type { PoolerTarget } from '../postgres/pooler/read-pooler.ts';
import { jsonOf } from './json-of.ts';

/** A server's pooler, and the secret for its console where the console has one of its own. */
export type PoolerConfig = PoolerTarget & { readonly secret: string | null };

/**
 * Parses a variable that describes the pooler. Returns the pooler, or what is wrong, each with its path. `byIam` means that
 * the server's own login has no password, so that the pooler needs a secret.
 */
export function parsePooler(
  name: string,
  text: string | undefined,
  byIam: boolean,
): { readonly pooler: PoolerConfig | null } | { readonly findings: readonly Finding[] } {
  if (text === undefined) return { pooler: null };
  const input = jsonOf(text);
  const parsed = z.safeParse(poolerDeclaration(), input);
  if (!parsed.success) {
    const findings = findingsOf(parsed.error, input).map(({ path, ...finding }) => ({
      path: path === '(root)' ? name : `${name} ${path}`,
      ...finding,
      // A host may be a whole URL with its password, by mistake.
      ...(path === 'host' || path === 'secretArn' ? { found: quoted('(not shown)') } : {}),
    }));
    return { findings };
  }
  const { kind, host, port = POOLER_PORTS[kind], secretArn = null, tls, caFile = null } = parsed.data;
  if (byIam && secretArn === null) return { findings: [{ path: `${name} secretArn`, ...NO_PASSWORD }] };
  const mode = tls === 'off' ? ({ mode: 'off' } as const) : ({ mode: 'verify', caFile } as const);
  return { pooler: { kind, target: { host, port, tls: mode }, secret: secretArn } };
}
