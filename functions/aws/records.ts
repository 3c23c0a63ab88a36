import type { S3Client } from '@aws-sdk/client-s3';
import { RECORDS_PREFIX } from '../contract.ts';
import { RemediationError } from '../core/base/errors.ts';
import { type KeptRun, placeOf } from '../core/run/kept-record.ts';
import type { Keep, KeptAs } from '../report/report-ports.ts';
import { consoleUrl, type Place } from './console-url.ts';
import { knownRegion } from './known-region.ts';
import { sdkFailureText } from './sdk-failure.ts';

const MAX_ATTEMPTS = 3;
/** All tries of one call together may take this long, because a message or a person waits for it. */
const WITHIN_MS = 5_000;

const CONTENT_TYPES: Readonly<Record<KeptAs, string>> = {
  record: 'application/gzip',
  page: 'text/html; charset=utf-8',
};
const ENDINGS: Readonly<Record<KeptAs, string>> = { record: '.json.gz', page: '.html' };

/** Keeps records and their pages in one bucket, and returns where each can be seen. */
export function keepIn(bucket: string): Keep {
  const keyOf = (run: KeptRun, as: KeptAs) => `${RECORDS_PREFIX}${placeOf(run)}${ENDINGS[as]}`;
  return {
    urlOf: (run, as) =>
      withClient(undefined, async (_, client) =>
        consoleUrl({ bucket, key: keyOf(run, as) }, await knownRegion(client)),
      ),
    put: async (run, as, Body) => {
      const object = { Bucket: bucket, Key: keyOf(run, as), Body, ContentType: CONTENT_TYPES[as] };
      try {
        await withClient(undefined, ({ PutObjectCommand }, client, options) =>
          client.send(new PutObjectCommand(object), options),
        );
      } catch (thrown) {
        if (thrown instanceof RemediationError) throw thrown;
        const message = `The ${as} of the run was not kept (${failureText(thrown)}): check that the bucket exists and that this function's role may write to ${RECORDS_PREFIX} in it. The message is sent without a link to it.`;
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
    return await withClient(region, async ({ GetObjectCommand }, client, options) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), options);
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    });
  } catch (thrown) {
    if (thrown instanceof RemediationError) throw thrown;
    const message = `s3://${bucket}/${key} cannot be read (${failureText(thrown)}): check the address, the region, and that your credentials may read it.`;
    throw new RemediationError('record-unreadable', message);
  }
}

function failureText(thrown: unknown): string {
  const isLate = thrown instanceof Error && thrown.name === 'AbortError';
  return isLate ? `no answer in ${WITHIN_MS / 1_000} s` : sdkFailureText(thrown);
}

type Sdk = typeof import('./s3.ts');

async function withClient<Result>(
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
    return await use(sdk, client, { abortSignal: AbortSignal.timeout(WITHIN_MS) });
  } finally {
    client.destroy();
  }
}
