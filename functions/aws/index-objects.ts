import { INDEX_PREFIX } from '../contract.ts';
import { RemediationError } from '../core/base/errors.ts';
import { plainName } from '../core/base/plain-name.ts';
import type { IndexStore } from '../report/report-ports.ts';
import { S3_WITHIN_MS, withS3 } from './s3-client.ts';
import { sdkFailureText } from './sdk-failure.ts';

/**
 * What S3 answers about an object that is not there. Without the right to list the bucket, S3 gives the same answer for an
 * object that we may not read. The condition of the write then decides.
 */
const NOT_THERE: ReadonlySet<string> = new Set(['NoSuchKey', 'AccessDenied']);
/** What S3 answers when another writer was faster. */
const OVERTAKEN: ReadonlySet<string> = new Set([
  'PreconditionFailed',
  'ConditionalRequestConflict',
  'NoSuchKey',
]);

/** The indexes of incidents in one bucket: one for each server, and one of all servers. */
export function indexIn(
  bucket: string,
  urlAt: (key: string) => Promise<string>,
  region?: string,
): IndexStore {
  const keyOf = (server: string | null) =>
    `${INDEX_PREFIX}${server === null ? '' : `${plainName(server)}/`}index.html`;
  return {
    urlOf: (server) => urlAt(keyOf(server)),
    read: (server) =>
      unless(region, NOT_THERE, null, keyOf(server), ({ GetObjectCommand }, client, options) =>
        client
          .send(new GetObjectCommand({ Bucket: bucket, Key: keyOf(server) }), options)
          .then(async ({ Body, ETag = '' }) => ({
            page: (await Body?.transformToString()) ?? '',
            version: ETag,
          })),
      ),
    write: (server, page, version) =>
      unless(region, OVERTAKEN, false, keyOf(server), async ({ PutObjectCommand }, client, options) => {
        const condition = version === null ? { IfNoneMatch: '*' } : { IfMatch: version };
        const object = {
          Bucket: bucket,
          Key: keyOf(server),
          Body: page,
          ContentType: 'text/html; charset=utf-8',
        };
        await client.send(new PutObjectCommand({ ...object, ...condition }), options);
        return true;
      }),
  };
}

/** The result of a call, or `otherwise` when S3 answers with one of these codes. */
async function unless<Result, Otherwise>(
  region: string | undefined,
  codes: ReadonlySet<string>,
  otherwise: Otherwise,
  key: string,
  use: Parameters<typeof withS3<Result>>[1],
): Promise<Result | Otherwise> {
  try {
    return await withS3(region, use);
  } catch (thrown) {
    if (thrown instanceof Error && codes.has(thrown.name)) return otherwise;
    if (thrown instanceof RemediationError) throw thrown;
    const message = `The index of incidents was not written to ${key} (${sdkFailureText(thrown, S3_WITHIN_MS)}): check that this function's role may read and write it.`;
    throw new RemediationError('record-not-kept', message);
  }
}
