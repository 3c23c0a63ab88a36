import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Environment } from '../config.ts';
import { RECORDS_PREFIX } from '../contract.ts';
import { RemediationError } from '../core/errors.ts';
import { placeOf } from '../core/kept-record.ts';
import type { ReportPorts } from '../workflow/ports.ts';
import { signerFor } from './signing.ts';

const TRIES = 3;
/** All tries together: the message waits for it. */
const KEEP_MS = 5_000;
const PAUSE_MS = 200;

/**
 * Keeps records in one bucket, as gzipped JSON, and says where each can be seen. All it takes is one signed PUT, and the
 * signer is in the bundle anyway, beneath the other clients.
 */
export function keepIn(bucket: string, environment: Environment): NonNullable<ReportPorts['keep']> {
  return async (record) => {
    const key = `${RECORDS_PREFIX}${placeOf(record)}.json.gz`;
    const body = gzipSync(JSON.stringify(record));
    await put(urlOf(bucket, key, environment), body, environment);
    return consoleUrl(bucket, key, environment);
  };
}

/** @throws RemediationError `record-not-kept` with S3's own word for it. */
async function put(url: URL, body: Uint8Array<ArrayBuffer>, environment: Environment): Promise<void> {
  const signal = AbortSignal.timeout(KEEP_MS);
  for (let tries = 1; ; tries++) {
    const trouble = await putOnce(url, body, environment, signal);
    if (trouble === null) return;
    if (!trouble.isPassing || tries === TRIES || signal.aborted) throw notKept(trouble.why);
    await sleep(PAUSE_MS * tries);
  }
}

type Trouble = { readonly why: string; readonly isPassing: boolean };

async function putOnce(
  url: URL,
  body: Uint8Array<ArrayBuffer>,
  environment: Environment,
  signal: AbortSignal,
): Promise<Trouble | null> {
  // S3 alone wants the path as it stands, where every other service wants it escaped twice.
  const { headers } = await signerFor('s3', environment, false).sign({
    method: 'PUT',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: { host: url.host, 'content-type': 'application/gzip' },
    body,
  });
  try {
    const response = await fetch(url, { method: 'PUT', headers, body, signal });
    if (response.ok) return null;
    const [, code = 'no code'] = /<Code>(\w+)<\/Code>/.exec(await response.text()) ?? [];
    return { why: `status ${response.status}, ${code}`, isPassing: response.status >= 500 };
  } catch (thrown) {
    // What went wrong on the way is in the cause of what fetch throws.
    const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
    return { why: cause instanceof Error ? cause.message || cause.name : String(cause), isPassing: true };
  }
}

function notKept(why: string): RemediationError {
  const message = `The run's record was not kept (${why}): check that the bucket exists and that this function's role may write to ${RECORDS_PREFIX} in it. The message is sent without it.`;
  return new RemediationError('record-not-kept', message);
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
function urlOf(bucket: string, key: string, { AWS_ENDPOINT_URL_S3, AWS_REGION = '' }: Environment): URL {
  if (AWS_ENDPOINT_URL_S3) return new URL(`${AWS_ENDPOINT_URL_S3}/${bucket}/${key}`);
  return new URL(`https://${bucket}.s3.${AWS_REGION}.${partitionOf(AWS_REGION).domain}/${key}`);
}

/** For people who are signed in: it grants nothing by itself, as a presigned URL would. */
function consoleUrl(bucket: string, key: string, { AWS_REGION = '' }: Environment): string {
  return `https://${AWS_REGION}.${partitionOf(AWS_REGION).console}/s3/object/${bucket}?region=${AWS_REGION}&prefix=${key}`;
}
