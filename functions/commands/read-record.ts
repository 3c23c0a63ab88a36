import { gunzipSync } from 'node:zlib';
import { fetchKept } from '../aws/records.ts';
import { type Finding, invalid } from '../core/base/errors.ts';
import { jsonIn } from '../core/base/json-in.ts';
import { parseRecord, parseRecordText } from '../core/run/codec/parse-record.ts';
import type { RunResult } from '../core/run/codec/run-result.ts';
import { unpackRecord } from '../core/run/codec/unpack-record.ts';
import type { KeptRecord } from '../core/run/kept-record.ts';
import type { ArgumentSpec, HelpTopic } from './command.ts';
import { decodeText, readBytes } from './read-input.ts';
import { regionOption } from './region-option.ts';
import { unwrapResult } from './unwrap-result.ts';
import { whileWaiting } from './while-waiting.ts';

export const RECORD_ARGUMENT: ArgumentSpec = {
  form: '<record>',
  about:
    'the record: a file, - for standard input, or s3://BUCKET/KEY; or what aws lambda invoke or a destination gave',
};

export const RECORD_REGION = regionOption(
  'where the bucket is (default: AWS_REGION, or the region of the profile)',
);

export const RECORD_TOPIC: HelpTopic = {
  title: 'The record',
  text: 'The record is a file from the bucket, gzipped or not; docs/operate/record.md explains its content. s3://BUCKET/KEY reads it from the bucket, which needs s3:GetObject on it.',
};

const GZIP = [0x1f, 0x8b];
/** A record of 5,000 sessions has some 5 MB. A file that unpacks to more than this limit is refused. */
const MOST_BYTES = 128 * 1024 * 1024;

/**
 * Reads a kept record from a file, from standard input or from its bucket.
 * @throws RemediationError `record-invalid` when it cannot be read or does not parse, `record-unreadable` when the bucket
 * does not return it.
 */
export async function readRecord(from: string, region: string | undefined): Promise<KeptRecord> {
  const bytes = from.startsWith('s3://')
    ? await whileWaiting(`Reading ${from}`, () => fetchKept(placeOf(from), region))
    : await readBytes(from, 'record', 'record-invalid');
  const isZipped = GZIP.every((byte, at) => bytes[at] === byte);
  const text = decodeText(isZipped ? unzip(bytes) : bytes, from, 'record', 'record-invalid');
  return resultIn(text) ?? parseRecordText(text);
}

/** A record that is wrapped, or that `report` kept as `remediate` returned it. Null when the text is a record itself. */
function resultIn(text: string): KeptRecord | null {
  const result = unwrapResult(jsonIn(text));
  if (result === null) return null;
  const { reduced } = result as Pick<RunResult, 'reduced'>;
  return parseRecord(JSON.parse(JSON.stringify({ ...unpackRecord(result), reduced })));
}

function placeOf(url: string): { readonly bucket: string; readonly key: string } {
  const [, bucket, key] = /^s3:\/\/([a-z0-9.-]{3,63})\/(.+)$/.exec(url) ?? [];
  if (bucket === undefined || key === undefined) throw notRead(url, 's3://BUCKET/KEY');
  return { bucket, key };
}

function unzip(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch {
    throw notRead('gzipped bytes that cannot be unpacked', 'a whole gzipped record');
  }
}

function notRead(found: string, allowed: string) {
  const finding: Finding = { path: '(root)', found, allowed };
  return invalid('record-invalid', 'The record', [finding]);
}
