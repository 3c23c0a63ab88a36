import { Sha256 } from '@smithy/core/checksum';
import { buildQueryString, HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { RemediationError } from '../core/base/errors.ts';
import type { CredentialSource, Target } from '../postgres/connection/target.ts';

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

/** Lambda puts the function's region and credentials into its environment. */
function functionIdentity() {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!AWS_REGION || !AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    const message =
      'An IAM token cannot be signed, because AWS_REGION, AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is missing: Lambda sets all three, so check what else removes them.';
    throw new RemediationError('secret-unreadable', message);
  }
  const credentials = {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  };
  return { region: AWS_REGION, credentials };
}
