import type { Environment } from '../config.ts';
import type { CredentialSource, Target } from '../postgres/target.ts';
import { signedQuery } from './signing.ts';

/** Seconds in which a session may begin with a token; the most that IAM allows. */
const LIFE_SECONDS = 900;

/**
 * One IAM token a connect, signed here without asking anybody; there is no other when the server refuses it.
 * @throws RemediationError `secret-unreadable` when the environment has nothing to sign with.
 */
export function iamCredentials(user: string, target: Target, environment: Environment): CredentialSource {
  return async (refused) =>
    refused > 0 ? null : { user, password: iamToken(user, target, environment), isToken: true };
}

/** The token that `@aws-sdk/rds-signer` makes. */
function iamToken(user: string, target: Target, environment: Environment): string {
  const host = `${target.host}:${target.port}`;
  const query = { Action: 'connect', DBUser: user };
  return `${host}/?${signedQuery('rds-db', environment, { host, query }, LIFE_SECONDS)}`;
}
