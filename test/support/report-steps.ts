import { gunzipSync } from 'node:zlib';
import type { IndexStore, ReportPorts } from '../../functions/report/report-ports.ts';
import { toPeople } from './published.ts';
import { workHere } from './report-work.ts';
import { clockOfTheNight } from './summaries.ts';

/** Something that a report did: it kept a record or a page, counted, published, or wrote a line. */
export type Step = readonly [step: string, what: unknown];

export const RECORD_URL =
  'https://eu-west-1.console.aws.amazon.com/s3/object/records?region=eu-west-1&prefix=records/orders/x';
export const PAGE_URL = `${RECORD_URL}.html`;
export const INDEX_URL =
  'https://eu-west-1.console.aws.amazon.com/s3/object/records?region=eu-west-1&prefix=index/orders/index.html';

const unzipped = (bytes: Uint8Array): unknown => JSON.parse(gunzipSync(bytes).toString());

/** No index is there, and each write succeeds. */
export function noIndex(): IndexStore {
  return { urlOf: async () => INDEX_URL, read: async () => null, write: async () => true };
}

/** Ports of a report that note everything that it does, in order. */
export function notingPorts(steps: Step[]): ReportPorts {
  return {
    memory: null,
    work: workHere,
    keep: {
      index: noIndex(),
      urlOf: async (_, as) => (as === 'record' ? RECORD_URL : PAGE_URL),
      put: async (_, as, bytes) => {
        steps.push(as === 'record' ? ['keep', unzipped(bytes)] : ['page', new TextDecoder().decode(bytes)]);
      },
    },
    count: ({ metrics }) => {
      steps.push(['count', metrics.map(({ name }) => name)]);
    },
    publish: toPeople(async (message) => {
      steps.push(['publish', message]);
    }),
    now: clockOfTheNight,
    sleep: async () => {},
    log: (event, fields) => {
      steps.push([event, fields]);
    },
  };
}
