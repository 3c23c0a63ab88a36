import { DeleteObjectsCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { RemediationError } from '../core/base/errors.ts';
import { knownRegion } from './known-region.ts';
import { sdkFailureText } from './sdk-failure.ts';

/** The most keys that S3 deletes in one request. */
const MOST_DELETED = 1_000;

/** Keys below a prefix, in the order of S3. The client is loaded only by commands that list. */
export async function listKeys(bucket: string, prefix: string, region?: string): Promise<readonly string[]> {
  return await withBucket(bucket, 'listed', region, async (client) => {
    const keys: string[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2(
      { client },
      { Bucket: bucket, Prefix: prefix },
    ))
      keys.push(...Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key])));
    return keys;
  });
}

/** Deletes these objects. In a bucket with versions, older versions stay. */
export async function deleteKeys(bucket: string, keys: readonly string[], region?: string): Promise<void> {
  await withBucket(bucket, 'emptied', region, async (client) => {
    for (let from = 0; from < keys.length; from += MOST_DELETED) {
      const Objects = keys.slice(from, from + MOST_DELETED).map((Key) => ({ Key }));
      const { Errors = [] } = await client.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
      );
      const [first] = Errors;
      if (first !== undefined)
        throw new Error(`${first.Code} for ${first.Key}, and ${Errors.length - 1} more`);
    }
  });
}

async function withBucket<Result>(
  bucket: string,
  done: string,
  region: string | undefined,
  use: (client: S3Client) => Promise<Result>,
): Promise<Result> {
  const client = new S3Client({
    followRegionRedirects: true,
    forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL),
    ...(region !== undefined && { region }),
  });
  try {
    await knownRegion(client);
    return await use(client);
  } catch (thrown) {
    if (thrown instanceof RemediationError) throw thrown;
    const message = `s3://${bucket} cannot be ${done} (${sdkFailureText(thrown)}): check the name, the region, and that your credentials have s3:ListBucket, s3:GetObject and, to forget, s3:DeleteObject.`;
    throw new RemediationError('record-unreadable', message);
  } finally {
    client.destroy();
  }
}
