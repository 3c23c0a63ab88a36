import { RemediationError } from '../core/base/errors.ts';
import { sdkFailureText } from './sdk-failure.ts';

type Login = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly region: string;
};

/**
 * An IAM token that is signed with the credentials of a person at a terminal: profiles, SSO, web identity.
 * @throws RemediationError `secret-unreadable` when there are no credentials to sign with.
 */
export async function personToken({ host, port, user, region }: Login): Promise<string> {
  const { Signer } = await import('@aws-sdk/rds-signer');
  try {
    return await new Signer({ hostname: host, port, username: user, region }).getAuthToken();
  } catch (thrown) {
    const message = `An IAM token for ${user} at ${host} cannot be signed (${sdkFailureText(thrown)}): check AWS_PROFILE, or log in.`;
    throw new RemediationError('secret-unreadable', message);
  }
}
