/** What is used of S3's client, imported on demand as `secrets-manager.ts` is. */
export { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
