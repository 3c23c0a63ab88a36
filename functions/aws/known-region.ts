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
    const next = 'set AWS_REGION, name a profile that has one, or give --region.';
    throw new RemediationError('config-invalid', `${whyNone(cause)}${next}`, { cause });
  });
}

/** The SDK checks the form of a region that is given, too. */
function whyNone(cause: unknown): string {
  const missing = missingProfile();
  if (missing !== null) return `${missing}. Correct it, or `;
  const { message } = coerceError(cause);
  const isNone = /is missing|region=""/.test(message);
  return isNone ? 'No AWS region is known: ' : `${message.replace(/\.$/, '')}: `;
}
