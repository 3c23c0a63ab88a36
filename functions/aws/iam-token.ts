import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { Environment } from '../config.ts';
import { RemediationError } from '../core/errors.ts';
import type { CredentialSource, Target } from '../postgres/target.ts';

/** Seconds in which a session may begin with a token; the most that IAM allows. */
const LIFE_SECONDS = 900;

/**
 * One IAM token a connect, signed here without asking anybody; there is no other when the server refuses it.
 * @throws RemediationError `secret-unreadable` when the environment has nothing to sign with.
 */
export function iamCredentials(user: string, target: Target, environment: Environment): CredentialSource {
  return async (refused) =>
    refused > 0 ? null : { user, password: await iamToken(user, target, environment), isToken: true };
}

/** The token of `@aws-sdk/rds-signer`, by the signer beneath it, which loads in a fraction of the time. */
async function iamToken(user: string, { host, port }: Target, environment: Environment): Promise<string> {
  // Loaded here because a function that reads a secret never needs it.
  const { SignatureV4 } = await import('@smithy/signature-v4');
  const signer = new SignatureV4({ service: 'rds-db', sha256: Sha256, ...identityOf(environment) });
  const request = {
    method: 'GET',
    protocol: 'https:',
    hostname: host,
    port,
    path: '/',
    query: { Action: 'connect', DBUser: user },
    headers: { host: `${host}:${port}` },
  };
  const { query = {} } = await signer.presign(request, { expiresIn: LIFE_SECONDS });
  const fields = Object.entries(query).map(
    ([name, value]) => `${escapeUri(name)}=${escapeUri(String(value))}`,
  );
  return `${host}:${port}/?${fields.toSorted().join('&')}`;
}

/** As whom the function runs, which Lambda puts into the environment. */
function identityOf(environment: Environment) {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
  if (!AWS_REGION || !AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    const message =
      "The environment has nothing to sign an IAM token with: needed are AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, which Lambda sets to the function's own.";
    throw new RemediationError('secret-unreadable', message);
  }
  const credentials = {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  };
  return { region: AWS_REGION, credentials };
}

/** As AWS escapes what is signed, stricter than the language does. */
function escapeUri(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Node's own hash in the shape that the signer asks for. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', keyOf(secret));
  }

  update(data: string | NodeJS.ArrayBufferView): void {
    this.#hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

function keyOf(secret: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof secret === 'string') return secret;
  return ArrayBuffer.isView(secret)
    ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
    : new Uint8Array(secret);
}
