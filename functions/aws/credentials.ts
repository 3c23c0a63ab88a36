import * as z from 'zod/mini';
import type { Login } from '../config/config.ts';
import type { PoolerConfig } from '../config/pooler-config.ts';
import { quoted, RemediationError } from '../core/base/errors.ts';
import type { CredentialSource, Credentials, Target } from '../postgres/connection/target.ts';
import type { PoolerAccess } from '../postgres/server-ports.ts';
import { fetchSecret } from './fetch-secret.ts';
import { iamCredentials } from './iam-token.ts';

/**
 * The two shapes of a secret: the standard one of RDS with host and port, and the managed master user's with only user and
 * password. Unknown keys belong to other tools and are ignored.
 */
const secretSchema = () =>
  z.object({
    username: z.string().check(z.minLength(1)),
    password: z.string().check(z.minLength(1)),
    host: z.optional(z.nullable(z.string())),
  });

/**
 * The versions to ask for after the server refused the current one twice. The server may be ahead of the secret
 * (`AWSPENDING`), or behind it (`AWSPREVIOUS`): a replica that has not replayed the rotation, or a server that was restored
 * to an earlier moment.
 */
const OTHERS = ['AWSPENDING', 'AWSPREVIOUS'] as const;

/** The credentials of our role. The client of secrets and the signer are loaded only where they are used. */
export function credentialsOf(login: Login, target: Target): CredentialSource {
  return 'user' in login ? iamCredentials(login.user, target) : secretCredentials(login.secret, target);
}

/** How to reach the pooler's console, with its own secret where it has one. */
export function poolerAccess(config: PoolerConfig | null): PoolerAccess | null {
  if (config === null) return null;
  const { secret, kind, target } = config;
  return { kind, target, source: secret === null ? null : secretCredentials(secret, target) };
}

/**
 * Credentials from one secret. The secret is read anew each time, so that a warm function holds no old password.
 * @throws RemediationError `secret-unreadable`, `secret-malformed`; neither ever quotes a value of the secret.
 */
export function secretCredentials(secret: string, target: Pick<Target, 'host'>): CredentialSource {
  return async (refused) => {
    // The current copy is read a second time, because a rotation may have ended since the first.
    const found =
      refused < 2 ? await fetchSecret(secret, 'AWSCURRENT') : await otherVersion(secret, refused - 2);
    return found && parseSecret(found.text, secret, target);
  };
}

/** The other version at this position among those that exist; null when there are no more. */
async function otherVersion(secret: string, at: number): ReturnType<typeof fetchSecret> {
  const found = [];
  for (const stage of OTHERS) {
    const version = await fetchSecret(secret, stage);
    if (version !== null) found.push(version);
    if (found.length > at) break;
  }
  return found[at] ?? null;
}

/** A function with a secret loads this client while it starts. A function with IAM authentication never loads it. */
export function loadSecretsClient(): Promise<typeof import('./secrets-manager.ts')> {
  return import('./secrets-manager.ts');
}

/**
 * Host, port and database always come from the configuration. A secret that names another host belongs to another server.
 */
export function parseSecret(text: unknown, secret: string, target: Pick<Target, 'host'>): Credentials {
  const parsed = z.safeParse(secretSchema(), parseJson(text));
  if (!parsed.success) {
    const missing = parsed.error.issues.map(({ path }) => path.join('.') || 'a JSON object').join(', ');
    const message = `The secret ${secret} is incomplete (missing or empty: ${missing}): expected JSON with "username" and "password".`;
    throw new RemediationError('secret-malformed', message);
  }
  const { username: user, password, host } = parsed.data;
  if (host && !isSameServer(host, target.host)) {
    const message = `The secret ${secret} is for host ${quoted(host)}, but the configured host is ${quoted(target.host)}: give this server its own secret, or correct one of the two.`;
    throw new RemediationError('secret-malformed', message);
  }
  return { user, password };
}

/**
 * DNS knows no case, and a name may end with a dot. The secret of an Aurora cluster has one of the cluster's endpoints, which
 * leads to one of its instances; which ones, a name does not tell. Both then end with the same part, which AWS gives to one
 * account and region.
 */
function isSameServer(inSecret: string, configured: string): boolean {
  const [one, other] = [inSecret, configured].map((host) => host.trim().replace(/\.$/, '').toLowerCase());
  const ofCluster = /^[^.]+\.cluster-(?:ro-|custom-)?([a-z0-9]+\..+)$/.exec(one ?? '')?.[1];
  return (
    one === '' || one === other || (ofCluster !== undefined && ofCluster === other?.replace(/^[^.]+\./, ''))
  );
}

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
