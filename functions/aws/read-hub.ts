import { RemediationError } from '../core/base/errors.ts';
import type { HubAnswer } from '../fleet/dispatch-ports.ts';
import { S3_WITHIN_MS, withS3 } from './s3-client.ts';
import { sdkFailureText } from './sdk-failure.ts';

/** Reads objects of the organisation's bucket that are not the known version. Rejects with `hub-away`. */
export function hubIn(Bucket: string): (Key: string, etag: string | null) => Promise<HubAnswer> {
  return async (Key, etag) => {
    try {
      return await withS3(undefined, async ({ GetObjectCommand }, client, options) => {
        const command = new GetObjectCommand({ Bucket, Key, ...(etag !== null && { IfNoneMatch: etag }) });
        const { Body, ETag } = await client.send(command, options);
        const text = (await Body?.transformToString()) ?? '';
        return { kind: 'text', text, etag: ETag ?? '' };
      });
    } catch (thrown) {
      const status = statusOf(thrown);
      if (status === 304) return { kind: 'same' };
      if (status === 404) return { kind: 'missing' };
      const message = `s3://${Bucket}/${Key} cannot be read (${sdkFailureText(thrown, S3_WITHIN_MS)}): check that the bucket's policy lets this function's role read it. The last copy holds.`;
      throw new RemediationError('hub-away', message, { cause: thrown });
    }
  };
}

function statusOf(thrown: unknown): number | undefined {
  const { $metadata } = Object(thrown) as { readonly $metadata?: { readonly httpStatusCode?: number } };
  return $metadata?.httpStatusCode;
}
