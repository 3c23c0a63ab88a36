/** An object of a bucket. */
export type Place = { readonly bucket: string; readonly key: string };

/**
 * The console's host by partition. The SDK knows the services' hosts only; these are the sign-in addresses of the AWS
 * partitions' documentation.
 */
const CONSOLES = [
  { regions: /^cn-/, host: 'console.amazonaws.cn' },
  { regions: /^us-gov-/, host: 'console.amazonaws-us-gov.com' },
  { regions: /^eusc-/, host: 'console.amazonaws-eusc.eu' },
] as const;
const CONSOLE = 'console.aws.amazon.com';

/** For people who are signed in: it grants nothing by itself, as a presigned URL would. */
export function consoleUrl({ bucket, key }: Place, region: string): string {
  const host = CONSOLES.find(({ regions }) => regions.test(region))?.host ?? CONSOLE;
  return `https://${region}.${host}/s3/object/${bucket}?region=${region}&prefix=${key}`;
}
