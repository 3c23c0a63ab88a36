/** An object of a bucket. */
export type Place = { readonly bucket: string; readonly key: string };

/**
 * The console's host by partition, from the sign-in addresses of AWS's documentation. The SDK knows only the hosts of the
 * services.
 */
const CONSOLES = [
  { regions: /^cn-/, host: 'console.amazonaws.cn' },
  { regions: /^us-gov-/, host: 'console.amazonaws-us-gov.com' },
  { regions: /^eusc-/, host: 'console.amazonaws-eusc.eu' },
] as const;
const CONSOLE = 'console.aws.amazon.com';

/** The link works for people who are signed in. It grants nothing by itself, unlike a presigned URL. */
export function consoleUrl({ bucket, key }: Place, region: string): string {
  const host = CONSOLES.find(({ regions }) => regions.test(region))?.host ?? CONSOLE;
  return `https://${region}.${host}/s3/object/${bucket}?region=${region}&prefix=${key}`;
}
