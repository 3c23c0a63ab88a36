import { RemediationError } from '../core/base/errors.ts';

/** What a function signs its requests and tokens with. */
export type FunctionIdentity = {
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
};

/**
 * Lambda puts the function's region and credentials into its environment.
 * @throws RemediationError `secret-unreadable` when the environment has nothing to sign with.
 */
export function functionIdentity(): FunctionIdentity {
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
