import { gzipSync } from 'node:zlib';
import type { KeptRecord } from '../../functions/core/run/kept-record.ts';
import type { Keep } from '../../functions/report/report-ports.ts';

/** Keeps a record, or a page of it, as `report` does. Returns the link that people get. */
export async function keepWhole(keep: Keep, record: KeptRecord, page?: string): Promise<string> {
  const as = page === undefined ? 'record' : 'page';
  const bytes = page === undefined ? gzipSync(JSON.stringify(record)) : new TextEncoder().encode(page);
  await keep.put(record, as, bytes);
  return keep.urlOf(record, as);
}
