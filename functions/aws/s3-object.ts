import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../config.ts';
import { signedHeaders } from './signing.ts';

/**
 * One object of one bucket, put or read by one signed request: a client of its own would be loaded for two calls.
 */
export type Place = { readonly bucket: string; readonly key: string };

export type Body = { readonly contentType: string; readonly bytes: Uint8Array<ArrayBuffer> };

const TRIES = 3;
/** All tries together: a message waits for it, or a human. */
const ENOUGH_MS = 5_000;
const PAUSE_MS = 200;

/** What went wrong, in S3's own word for it where it had one. */
export type Trouble = { readonly why: string };
type Answer = { readonly response: Response } | (Trouble & { readonly isPassing: boolean });

/** Null when it is there. */
export async function putObject(place: Place, body: Body, environment: Environment): Promise<Trouble | null> {
  const answer = await insist('PUT', place, environment, body);
  return 'response' in answer ? null : answer;
}

export async function getObject(place: Place, environment: Environment): Promise<Uint8Array | Trouble> {
  const answer = await insist('GET', place, environment, null);
  return 'response' in answer ? new Uint8Array(await answer.response.arrayBuffer()) : answer;
}

type Method = 'PUT' | 'GET';

async function insist(
  method: Method,
  place: Place,
  environment: Environment,
  body: Body | null,
): Promise<Answer> {
  const signal = AbortSignal.timeout(ENOUGH_MS);
  for (let tries = 1; ; tries++) {
    const answer = await ask(method, place, environment, body, signal);
    if ('response' in answer || !answer.isPassing || tries === TRIES || signal.aborted) return answer;
    await sleep(PAUSE_MS * tries);
  }
}

async function ask(
  method: Method,
  place: Place,
  environment: Environment,
  body: Body | null,
  signal: AbortSignal,
): Promise<Answer> {
  const url = urlOf(place, environment);
  const headers = signedHeaders('s3', environment, {
    method,
    path: url.pathname,
    headers: { host: url.host, ...(body && { 'content-type': body.contentType }) },
    ...(body && { body: body.bytes }),
  });
  try {
    const response = await fetch(url, { method, headers, signal, ...(body && { body: body.bytes }) });
    return response.ok ? { response } : await refusalIn(response);
  } catch (thrown) {
    // What went wrong on the way is in the cause of what fetch throws.
    const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
    return { why: cause instanceof Error ? cause.message || cause.name : String(cause), isPassing: true };
  }
}

async function refusalIn(response: Response): Promise<Answer> {
  const [, code = 'no code'] = /<Code>(\w+)<\/Code>/.exec(await response.text()) ?? [];
  // Who asks in the wrong region is told the right one.
  const region = response.headers.get('x-amz-bucket-region');
  const where = region === null ? '' : `, the bucket is in ${region}`;
  return { why: `status ${response.status}, ${code}${where}`, isPassing: response.status >= 500 };
}

/** Host names of S3 and of the console, which differ where AWS is another company or serves another government. */
const PARTITIONS = [
  { region: /^cn-/, domain: 'amazonaws.com.cn', console: 'console.amazonaws.cn' },
  { region: /^us-gov-/, domain: 'amazonaws.com', console: 'console.amazonaws-us-gov.com' },
  { region: /^/, domain: 'amazonaws.com', console: 'console.aws.amazon.com' },
] as const;

function partitionOf(region: string) {
  return PARTITIONS.find((each) => each.region.test(region)) ?? PARTITIONS[2];
}

/** A given endpoint has the bucket in its path; S3's own has it in its name. */
function urlOf({ bucket, key }: Place, { AWS_ENDPOINT_URL_S3, AWS_REGION = '' }: Environment): URL {
  const path = key.split('/').map(escaped).join('/');
  if (AWS_ENDPOINT_URL_S3) return new URL(`${AWS_ENDPOINT_URL_S3}/${bucket}/${path}`);
  return new URL(`https://${bucket}.s3.${AWS_REGION}.${partitionOf(AWS_REGION).domain}/${path}`);
}

/** As S3 escapes it when it works out the signature: four more signs than JavaScript does. */
function escaped(name: string): string {
  return encodeURIComponent(name).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** For people who are signed in: it grants nothing by itself, as a presigned URL would. */
export function consoleUrl({ bucket, key }: Place, { AWS_REGION = '' }: Environment): string {
  return `https://${AWS_REGION}.${partitionOf(AWS_REGION).console}/s3/object/${bucket}?region=${AWS_REGION}&prefix=${key}`;
}
