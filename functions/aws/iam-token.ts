import type { Environment } from '../config.ts';
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
  const { signerFor } = await import('./signing.ts');
  const request = {
    method: 'GET',
    protocol: 'https:',
    hostname: host,
    port,
    path: '/',
    query: { Action: 'connect', DBUser: user },
    headers: { host: `${host}:${port}` },
  };
  const { query = {} } = await signerFor('rds-db', environment).presign(request, { expiresIn: LIFE_SECONDS });
  const fields = Object.entries(query).map(
    ([name, value]) => `${escapeUri(name)}=${escapeUri(String(value))}`,
  );
  return `${host}:${port}/?${fields.toSorted().join('&')}`;
}

/** As AWS escapes what is signed, stricter than the language does. */
function escapeUri(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
