import { RECORDS_PREFIX } from '../contract.ts';
import { RemediationError } from '../core/base/errors.ts';
import { type KeptRun, placeOf } from '../core/run/kept-record.ts';
import type { Keep, KeptAs } from '../report/report-ports.ts';
import { consoleUrl, type Place } from './console-url.ts';
import { indexIn } from './index-objects.ts';
import { knownRegion } from './known-region.ts';
import { S3_WITHIN_MS, withS3 } from './s3-client.ts';
import { sdkFailureText } from './sdk-failure.ts';

const CONTENT_TYPES: Readonly<Record<KeptAs, string>> = {
  record: 'application/gzip',
  page: 'text/html; charset=utf-8',
};
const ENDINGS: Readonly<Record<KeptAs, string>> = { record: '.json.gz', page: '.html' };

/** Keeps records and their pages in one bucket, and returns where each can be seen. The region is that of the environment. */
export function keepIn(bucket: string, given?: string): Keep {
  const keyOf = (run: KeptRun, as: KeptAs) => `${RECORDS_PREFIX}${placeOf(run)}${ENDINGS[as]}`;
  let region: Promise<string> | null = null;
  const urlAt = async (key: string) => {
    region ??= withS3(given, (_, client) => knownRegion(client));
    return consoleUrl({ bucket, key }, await region);
  };
  return {
    index: indexIn(bucket, urlAt, given),
    urlOf: (run, as) => urlAt(keyOf(run, as)),
    put: async (run, as, Body) => {
      const object = { Bucket: bucket, Key: keyOf(run, as), Body, ContentType: CONTENT_TYPES[as] };
      try {
        await withS3(given, ({ PutObjectCommand }, client, options) =>
          client.send(new PutObjectCommand(object), options),
        );
      } catch (thrown) {
        if (thrown instanceof RemediationError) throw thrown;
        const message = `The ${as} of the run was not kept (${sdkFailureText(thrown, S3_WITHIN_MS)}): check that the bucket exists and that this function's role may write to ${RECORDS_PREFIX} in it. The message is sent without a link to it.`;
        throw new RemediationError('record-not-kept', message);
      }
    },
  };
}

/**
 * The bytes of a kept record. If the bucket is in another region than the client, the request goes to that region.
 * @throws RemediationError `record-unreadable` with S3's own word for it.
 */
export async function fetchKept({ bucket, key }: Place, region?: string): Promise<Uint8Array> {
  try {
    return await withS3(region, async ({ GetObjectCommand }, client, options) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), options);
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    });
  } catch (thrown) {
    if (thrown instanceof RemediationError) throw thrown;
    const message = `s3://${bucket}/${key} cannot be read (${sdkFailureText(thrown, S3_WITHIN_MS)}): check the address, the region, and that your credentials may read it.`;
    throw new RemediationError('record-unreadable', message);
  }
}
