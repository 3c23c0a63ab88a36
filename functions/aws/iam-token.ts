import { Sha256 } from '@smithy/core/checksum';
import { buildQueryString, HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { CredentialSource, Target } from '../postgres/connection/target.ts';
import { functionIdentity } from './function-identity.ts';

/** A session may begin with a token for so many seconds; IAM allows no more. */
const LIFE_SECONDS = 900;

/**
 * One IAM token per connect, signed here without a request. If the server refuses it, there is no other one.
 * @throws RemediationError `secret-unreadable` when the environment has nothing to sign with.
 */
export function iamCredentials(user: string, target: Target): CredentialSource {
  return async (refused) =>
    refused > 0 ? null : { user, password: await iamToken(user, target), isToken: true };
}

/**
 * The same token that `@aws-sdk/rds-signer` makes, by the same signer. We do not use that package because it loads all ways
 * in which AWS finds credentials.
 */
async function iamToken(user: string, { host, port }: Target): Promise<string> {
  const address = `${host}:${port}`;
  const signer = new SignatureV4({ service: 'rds-db', ...functionIdentity(), sha256: Sha256 });
  const request = new HttpRequest({
    query: { Action: 'connect', DBUser: user },
    headers: { host: address },
  });
  const { query } = await signer.presign(request, { expiresIn: LIFE_SECONDS });
  return `${address}/?${buildQueryString(query ?? {})}`;
}
