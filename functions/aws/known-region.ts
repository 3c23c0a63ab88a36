import { RemediationError } from '../core/base/errors.ts';

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
    const message = 'No AWS region is known: set AWS_REGION, name a profile that has one, or give --region.';
    throw new RemediationError('config-invalid', message, { cause });
  });
}
