import * as z from 'zod/mini';
import type { Environment, Login } from '../config.ts';
import { coerceError, quoted, RemediationError } from '../core/errors.ts';
import type { CredentialSource, Credentials, Target } from '../postgres/target.ts';
import { iamCredentials } from './iam-token.ts';

/** The whole wait for a secret; the deadline for getting in is counted from the run's start. */
const SECRET_TIMEOUT_MS = 3_000;

/**
 * The two shapes of a secret: the standard one of RDS with host and port, and the managed master user's with nothing but
 * user and password. Unknown keys are other tools' business.
 */
const secretSchema = z.object({
  username: z.string().check(z.minLength(1)),
  password: z.string().check(z.minLength(1)),
  host: z.optional(z.string()),
});

/** What is asked for, one after another: a rotation may have ended since the first, or the server may be ahead of it. */
const STAGES = ['AWSCURRENT', 'AWSCURRENT', 'AWSPENDING'] as const;
type Stage = (typeof STAGES)[number];

/** What our role proves itself with. */
export function credentialsOf(login: Login, target: Target, environment: Environment): CredentialSource {
  return 'user' in login
    ? iamCredentials(login.user, target, environment)
    : secretCredentials(login.secret, target);
}

/**
 * Credentials from one secret, read anew each time: a warm function must not hold an old password.
 * @throws RemediationError `secret-unreadable`, `secret-malformed`; neither ever quotes a value of the secret.
 */
export function secretCredentials(secret: string, target: Target): CredentialSource {
  return async (refused) => {
    const stage = STAGES[refused];
    const found = stage === undefined ? null : await fetchSecret(secret, stage);
    return found && parseSecret(found.SecretString, secret, target);
  };
}

/** Null when there is no such stage: outside a rotation nothing is pending. */
async function fetchSecret(
  secret: string,
  stage: Stage,
): Promise<{ readonly SecretString?: string | undefined } | null> {
  // Loaded here because a function that authenticates by IAM never needs it: half a megabyte and 49 ms.
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient({ maxAttempts: 3 });
  const abortSignal = AbortSignal.timeout(SECRET_TIMEOUT_MS);
  try {
    const command = new GetSecretValueCommand({ SecretId: secret, VersionStage: stage });
    return await client.send(command, { abortSignal });
  } catch (cause) {
    const error = coerceError(cause);
    const name = cause instanceof Error ? cause.name : error.code;
    if (stage === 'AWSPENDING' && name === 'ResourceNotFoundException') return null;
    const found = abortSignal.aborted
      ? `no answer in ${SECRET_TIMEOUT_MS / 1_000} s`
      : `${name}: ${error.message}`;
    const message = `The secret ${secret} cannot be read (${found}): check that it exists, that the function's role may read it, and that its subnet reaches Secrets Manager.`;
    throw new RemediationError('secret-unreadable', message, { cause });
  } finally {
    client.destroy();
  }
}

/** Host, port and database always come from configuration: a secret that names another host belongs to another server. */
export function parseSecret(text: string | undefined, secret: string, target: Target): Credentials {
  const parsed = z.safeParse(secretSchema, parseJson(text));
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

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
