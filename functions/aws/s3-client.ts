import type { S3Client } from '@aws-sdk/client-s3';
import { knownRegion } from './known-region.ts';

const MAX_ATTEMPTS = 3;
/** All tries of one call together may take this long, because a message or a person waits for it. */
export const S3_WITHIN_MS = 5_000;

type Sdk = typeof import('./s3.ts');

/** Lends a client of S3 for one piece of work. Without a region it is that of the environment. */
export async function withS3<Result>(
  region: string | undefined,
  use: (sdk: Sdk, client: S3Client, options: { readonly abortSignal: AbortSignal }) => Promise<Result>,
): Promise<Result> {
  const sdk = await import('./s3.ts');
  const client = new sdk.S3Client({
    maxAttempts: MAX_ATTEMPTS,
    followRegionRedirects: true,
    // An endpoint of your own is one host, so the bucket's name goes into the path.
    forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL),
    ...(region !== undefined && { region }),
  });
  try {
    await knownRegion(client);
    return await use(sdk, client, { abortSignal: AbortSignal.timeout(S3_WITHIN_MS) });
  } finally {
    client.destroy();
  }
}
