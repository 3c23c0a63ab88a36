import { RemediationError } from '../core/base/errors.ts';
import { S3_WITHIN_MS, withS3 } from './s3-client.ts';
import { sdkFailureText } from './sdk-failure.ts';

/**
 * Writes an object of the organisation's bucket. The bucket keeps the version before it.
 * @throws RemediationError `hub-away`.
 */
export async function putHubObject(
  {
    bucket,
    key,
    region,
  }: { readonly bucket: string; readonly key: string; readonly region: string | undefined },
  text: string,
): Promise<void> {
  try {
    await withS3(region, ({ PutObjectCommand }, client, options) =>
      client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType: 'application/json' }),
        options,
      ),
    );
  } catch (thrown) {
    if (thrown instanceof RemediationError) throw thrown;
    const message = `s3://${bucket}/${key} was not written (${sdkFailureText(thrown, S3_WITHIN_MS)}): check the bucket, the region, and that your role is one of its PolicyWriters.`;
    throw new RemediationError('hub-away', message, { cause: thrown });
  }
}
