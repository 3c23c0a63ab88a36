import { gzipSync } from 'node:zlib';
import type { Environment } from '../config.ts';
import { RECORDS_PREFIX } from '../contract.ts';
import { RemediationError } from '../core/errors.ts';
import { placeOf } from '../core/kept-record.ts';
import type { ReportPorts } from '../workflow/ports.ts';
import { type Body, consoleUrl, getObject, type Place, putObject } from './s3-object.ts';

/** Keeps records in one bucket, as gzipped JSON, and their pages beside them; and says where each can be seen. */
export function keepIn(bucket: string, environment: Environment): NonNullable<ReportPorts['keep']> {
  return async (record, page) => {
    const place = {
      bucket,
      key: `${RECORDS_PREFIX}${placeOf(record)}${page === undefined ? '.json.gz' : '.html'}`,
    };
    const body =
      page === undefined
        ? { contentType: 'application/gzip', bytes: gzipSync(JSON.stringify(record)) }
        : { contentType: 'text/html; charset=utf-8', bytes: new TextEncoder().encode(page) };
    await keepAt(place, body, environment);
    return consoleUrl(place, environment);
  };
}

/** @throws RemediationError `record-not-kept` with S3's own word for it. */
async function keepAt(place: Place, body: Body, environment: Environment): Promise<void> {
  const trouble = await putObject(place, body, environment);
  if (trouble === null) return;
  const message = `What is to be kept of the run was not (${trouble.why}): check that the bucket exists and that this function's role may write to ${RECORDS_PREFIX} in it. The message is sent without it.`;
  throw new RemediationError('record-not-kept', message);
}

/**
 * The bytes of a kept record.
 * @throws RemediationError `record-unreadable` with S3's own word for it.
 */
export async function fetchKept(place: Place, environment: Environment): Promise<Uint8Array> {
  const read = await getObject(place, environment);
  if (read instanceof Uint8Array) return read;
  const message = `s3://${place.bucket}/${place.key} cannot be read (${read.why}): check the address, the region, and that your credentials may read it.`;
  throw new RemediationError('record-unreadable', message);
}
