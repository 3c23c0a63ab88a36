import * as z from 'zod/mini';
import type { Login } from '../config/config.ts';
import type { PoolerConfig } from '../config/pooler-config.ts';
import { quoted, RemediationError } from '../core/base/errors.ts';
import type { CredentialSource, Credentials, Target } from '../postgres/connection/target.ts';
import type { PoolerAccess } from '../postgres/server-ports.ts';
import { sdkFailureText } from './sdk-failure.ts';

/** The whole wait for a secret; the deadline for getting in is counted from the run's start. */
const SECRET_TIMEOUT_MS = 3_000;
/** Within that time; the client waits between them. */
const MAX_ATTEMPTS = 3;

/**
 * The two shapes of a secret: the standard one of RDS with host and port, and the managed master user's with nothing but
 * user and password. Unknown keys are other tools' business.
 */
const secretSchema = () =>
  z.object({
    username: z.string().check(z.minLength(1)),
    password: z.string().check(z.minLength(1)),
    host: z.optional(z.string()),
  });

/**
 * What is asked for once the current copy was refused twice: the server may be ahead of the secret, or behind it, as a
 * replica that has not replayed the rotation, or one restored to a moment before.
 */
const OTHERS = ['AWSPENDING', 'AWSPREVIOUS'] as const;
type Stage = 'AWSCURRENT' | (typeof OTHERS)[number];

/** What our role proves itself with. Either client is loaded only where it is used. */
export function credentialsOf(login: Login, target: Target): CredentialSource {
  if (!('user' in login)) return secretCredentials(login.secret, target);
  return async (refused) => {
    const { iamCredentials } = await import('./iam-token.ts');
    return iamCredentials(login.user, target)(refused);
  };
}

/** The pooler's console, with the secret that it has of its own. */
export function poolerAccess(config: PoolerConfig | null): PoolerAccess | null {
  if (config === null) return null;
  const { secret, kind, target } = config;
  return { kind, target, source: secret === null ? null : secretCredentials(secret, target) };
}

/**
 * Credentials from one secret, read anew each time: a warm function must not hold an old password.
 * @throws RemediationError `secret-unreadable`, `secret-malformed`; neither ever quotes a value of the secret.
 */
export function secretCredentials(secret: string, target: Pick<Target, 'host'>): CredentialSource {
  return async (refused) => {
    // Twice: a rotation may have ended since the first time.
    const found =
      refused < 2 ? await fetchSecret(secret, 'AWSCURRENT') : await otherVersion(secret, refused - 2);
    return found && parseSecret(found.text, secret, target);
  };
}

/** The first or the second of those that exist, null when there are no more. */
async function otherVersion(secret: string, at: number): ReturnType<typeof fetchSecret> {
  const found = [];
  for (const stage of OTHERS) {
    const version = await fetchSecret(secret, stage);
    if (version !== null) found.push(version);
    if (found.length > at) break;
  }
  return found[at] ?? null;
}

/** A function with a secret asks for it while it starts; one with IAM authentication never does. */
export function loadSecretsClient(): Promise<typeof import('./secrets-manager.ts')> {
  return import('./secrets-manager.ts');
}

/** Null when there is no such stage: outside a rotation nothing is pending, and before the first nothing is previous. */
async function fetchSecret(secret: string, stage: Stage): Promise<{ readonly text: unknown } | null> {
  const { GetSecretValueCommand, ResourceNotFoundException, SecretsManagerClient } =
    await loadSecretsClient();
  const client = new SecretsManagerClient({ maxAttempts: MAX_ATTEMPTS });
  const abortSignal = AbortSignal.timeout(SECRET_TIMEOUT_MS);
  const command = new GetSecretValueCommand({ SecretId: secret, VersionStage: stage });
  try {
    const { SecretString } = await client.send(command, { abortSignal });
    return { text: SecretString };
  } catch (thrown) {
    if (stage !== 'AWSCURRENT' && thrown instanceof ResourceNotFoundException) return null;
    const found = abortSignal.aborted
      ? `no answer in ${SECRET_TIMEOUT_MS / 1_000} s`
      : sdkFailureText(thrown);
    throw unreadable(secret, found);
  } finally {
    client.destroy();
  }
}

function unreadable(secret: string, found: string): RemediationError {
  const message = `The secret ${secret} cannot be read (${found}): check that it exists, that the function's role may read it, and that its subnet reaches Secrets Manager.`;
  return new RemediationError('secret-unreadable', message);
}

/** Host, port and database always come from configuration: a secret that names another host belongs to another server. */
export function parseSecret(text: unknown, secret: string, target: Pick<Target, 'host'>): Credentials {
  const parsed = z.safeParse(secretSchema(), parseJson(text));
  if (!parsed.success) {
    const missing = parsed.error.issues.map(({ path }) => path.join('.') || 'a JSON object').join(', ');
    const message = `The secret ${secret} does not hold what is needed (missing or empty: ${missing}): allowed is JSON with "username" and "password".`;
    throw new RemediationError('secret-malformed', message);
  }
  const { username: user, password, host } = parsed.data;
  if (host !== undefined && host !== target.host) {
    const message = `The secret ${secret} is for host ${quoted(host)}, configured is ${quoted(target.host)}: give this server its own secret, or correct one of the two.`;
    throw new RemediationError('secret-malformed', message);
  }
  return { user, password };
}

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
