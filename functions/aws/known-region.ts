import { coerceError, RemediationError } from '../core/base/errors.ts';
import { missingProfile } from './missing-profile.ts';

/**
 * The region that a client goes to.
 * @throws RemediationError `config-invalid` where neither the environment nor the profile names one that can be used.
 */
export async function knownRegion({
  config,
}: {
  readonly config: { readonly region: () => Promise<string> };
}): Promise<string> {
  return await config.region().catch((cause: unknown) => {
    const missing = missingProfile();
    const found = missing === null ? 'No AWS region is known: ' : `${missing}. Correct it, or `;
    const message = `${found}set AWS_REGION, name a profile that has one, or give --region (${coerceError(cause).message}).`;
    throw new RemediationError('config-invalid', message, { cause });
  });
}
