import type { CredentialSource, Target } from '../postgres/connection/target.ts';
import { functionIdentity } from './function-identity.ts';

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
