import * as z from 'zod/mini';
import type { Environment, Login } from '../config.ts';
import { coerceError, quoted, RemediationError } from '../core/errors.ts';
import type { PoolerConfig } from '../pooler-config.ts';
import type { PoolerAccess } from '../postgres/server-ports.ts';
import type { CredentialSource, Credentials, Target } from '../postgres/target.ts';
import { sleep } from '../sleep.ts';
import { iamCredentials } from './iam-token.ts';
import { callJson, type JsonAnswer } from './json-call.ts';

/** The whole wait for a secret; the deadline for getting in is counted from the run's start. */
const SECRET_TIMEOUT_MS = 3_000;
/** Within that time. */
const TRIES = 3;
/** The first pause between two tries is shorter than this, the second than twice as much. */
const PAUSE_MS = 100;

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

/** What our role proves itself with. */
export function credentialsOf(login: Login, target: Target, environment: Environment): CredentialSource {
  return 'user' in login
    ? iamCredentials(login.user, target, environment)
    : secretCredentials(login.secret, target, environment);
}

/** The pooler's console, with the secret that it has of its own. */
export function poolerAccess(config: PoolerConfig | null, environment: Environment): PoolerAccess | null {
  if (config === null) return null;
  const { secret, kind, target } = config;
  return { kind, target, source: secret === null ? null : secretCredentials(secret, target, environment) };
}

/**
 * Credentials from one secret, read anew each time: a warm function must not hold an old password.
 * @throws RemediationError `secret-unreadable`, `secret-malformed`; neither ever quotes a value of the secret.
 */
export function secretCredentials(
  secret: string,
  target: Pick<Target, 'host'>,
  environment: Environment,
): CredentialSource {
  return async (refused) => {
    // Twice: a rotation may have ended since the first time.
    const found =
      refused < 2
        ? await fetchSecret(secret, 'AWSCURRENT', environment)
        : await otherVersion(secret, environment, refused - 2);
    return found && parseSecret(found.text, secret, target);
  };
}

/** The first or the second of those that exist, null when there are no more. */
async function otherVersion(
  secret: string,
  environment: Environment,
  at: number,
): ReturnType<typeof fetchSecret> {
  const found = [];
  for (const stage of OTHERS) {
    const version = await fetchSecret(secret, stage, environment);
    if (version !== null) found.push(version);
    if (found.length > at) break;
  }
  return found[at] ?? null;
}

/** Null when there is no such stage: outside a rotation nothing is pending, and before the first nothing is previous. */
async function fetchSecret(
  secret: string,
  stage: Stage,
  environment: Environment,
): Promise<{ readonly text: unknown } | null> {
  const signal = AbortSignal.timeout(SECRET_TIMEOUT_MS);
  const call = {
    service: 'secretsmanager',
    contentType: 'application/x-amz-json-1.1',
    target: 'secretsmanager.GetSecretValue',
    body: { SecretId: secret, VersionStage: stage },
  } as const;
  for (let tries = 1; ; tries += 1) {
    const answer = await callJson(call, environment, signal).catch((thrown: unknown) => coerceError(thrown));
    if ('isSuccess' in answer && answer.isSuccess) return { text: answer.fields.SecretString };
    const { name, text, isPassing } = troubleIn(answer);
    if (stage !== 'AWSCURRENT' && name === 'ResourceNotFoundException') return null;
    if (!isPassing || tries === TRIES || signal.aborted) {
      const found = signal.aborted ? `no answer in ${SECRET_TIMEOUT_MS / 1_000} s` : text;
      throw unreadable(secret, found);
    }
    await sleep(Math.random() * PAUSE_MS * 2 ** (tries - 1));
  }
}

/** A request that found no way there may find one the next time. */
function troubleIn(answer: JsonAnswer | RemediationError) {
  if ('why' in answer) return { ...answer.why, isPassing: answer.isPassing };
  return { name: answer.code, text: answer.message, isPassing: answer.code !== 'secret-unreadable' };
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
