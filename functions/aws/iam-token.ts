import { RemediationError } from '../core/base/errors.ts';
import type { CredentialSource, Target } from '../postgres/connection/target.ts';
import type { FunctionIdentity } from './token-signature.ts';

/**
 * One IAM token per connect, signed here without a request. If the server refuses it, there is no other one.
 * @throws RemediationError `secret-unreadable` when the environment has nothing to sign with.
 */
export function iamCredentials(user: string, target: Target): CredentialSource {
  return async (refused) => {
    if (refused > 0) return null;
    const identity = functionIdentity();
    const { signToken } = await import('./token-signature.ts');
    return { user, password: await signToken(user, target, identity), isToken: true };
  };
}

/**
 * Lambda puts the function's region and credentials into its environment.
 * @throws RemediationError `secret-unreadable` when the environment has nothing to sign with.
 */
function functionIdentity(): FunctionIdentity {
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
