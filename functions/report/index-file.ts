import { gunzipSync, gzipSync } from 'node:zlib';
import { RemediationError } from '../core/base/errors.ts';
import { type IncidentIndex, indexDocument, parseIndex } from '../core/incident/incident-index.ts';

/** An index has at most a few hundred kilobytes. */
const MOST_BYTES = 20_000_000;

/** The index as one word, which its page carries, so that page and data are one object and never differ. */
export function packIndex(index: IncidentIndex): string {
  return gzipSync(indexDocument(index)).toString('base64');
}

/** @throws RemediationError `record-not-kept` for a page that is not understood: it must not be overwritten. */
export function readIndex(page: string): IncidentIndex {
  const [, data = ''] = /<meta name="pg-headroom-index" content="([\w+/=]*)">/.exec(page) ?? [];
  const index = parseIndex(unpacked(data));
  if (index !== null) return index;
  const message =
    'The index of incidents is not understood, so that it was not overwritten: deploy functions of one version, or delete it. A new one then begins.';
  throw new RemediationError('record-not-kept', message);
}

function unpacked(data: string): string {
  try {
    return gunzipSync(Buffer.from(data, 'base64'), { maxOutputLength: MOST_BYTES }).toString();
  } catch {
    return '';
  }
}
