/** What we use of S3's client. It is imported on demand, for the reason in `secrets-manager.ts`. */
export { GetObjectCommand, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
