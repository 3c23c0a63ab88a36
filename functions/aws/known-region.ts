import { RemediationError } from '../core/base/errors.ts';
import { missingProfile } from './missing-profile.ts';

/**
 * The region that a client goes to.
 * @throws RemediationError `config-invalid` where neither the environment nor the profile names one.
 */
export async function knownRegion({
  config,
}: {
  readonly config: { readonly region: () => Promise<string> };
}): Promise<string> {
  return await config.region().catch((cause: unknown) => {
    const missing = missingProfile();
    const next = 'set AWS_REGION, name a profile that has one, or give --region.';
    const message =
      missing === null ? `No AWS region is known: ${next}` : `${missing}. Correct it, or ${next}`;
    throw new RemediationError('config-invalid', message, { cause });
  });
}
