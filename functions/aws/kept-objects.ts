import { DeleteObjectsCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { RemediationError } from '../core/base/errors.ts';
import { allOf } from './all-of.ts';
import { withS3 } from './s3-client.ts';
import { sdkFailureText } from './sdk-failure.ts';

/** The most keys that S3 deletes in one request. */
const MOST_DELETED = 1_000;

/** Keys below a prefix, in the order of S3. The client is loaded only by commands that list. */
export async function listKeys(bucket: string, prefix: string, region?: string): Promise<readonly string[]> {
  return await withBucket(bucket, 'listed', region, async (client) => {
    const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix });
    return await allOf(pages, ({ Contents = [] }) => Contents.flatMap(({ Key }) => Key ?? []));
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
  try {
    return await withS3(region, (_, client) => use(client));
  } catch (thrown) {
    if (thrown instanceof RemediationError) throw thrown;
    const message = `s3://${bucket} cannot be ${done} (${sdkFailureText(thrown)}): check the name, the region, and that your credentials have s3:ListBucket, s3:GetObject and, to forget, s3:DeleteObject.`;
    throw new RemediationError('record-unreadable', message);
  }
}
