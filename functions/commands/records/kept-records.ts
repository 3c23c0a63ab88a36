import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { INDEX_PREFIX, RECORDS_PREFIX } from '../../contract.ts';
import { RemediationError } from '../../core/base/errors.ts';
import { plainName } from '../../core/base/plain-name.ts';
import { type KeptRun, placeOf } from '../../core/run/kept-record.ts';
import type { IndexStore, Keep, KeptAs } from '../../report/report-ports.ts';
import { filesBelow } from './files-below.ts';

const RECORD = /(?:^|\/)([\w-]+)\/(\d{4})\/(\d{2})\/(\d{2})\/([\w-]+)\.json\.gz$/;

/** A record by its place, whose path names server, day and run. */
export type KeptPlace = {
  /** What `headroom show` reads. */
  readonly address: string;
  readonly server: string;
  /** The UTC day on which the run began. */
  readonly day: string;
  readonly runId: string;
};

type Bytes = Uint8Array<ArrayBuffer>;

/** Where records are kept: a bucket or a folder that has the bucket's content. */
export type Store = {
  /** The newest day first. */
  readonly places: (server: string | null) => Promise<readonly KeptPlace[]>;
  /** Deletes the records and their pages. */
  readonly remove: (places: readonly KeptPlace[]) => Promise<void>;
  /** Writes another record and page in place of these. */
  readonly replace: (place: KeptPlace, record: Bytes, page: Bytes) => Promise<void>;
  /** For indexes, and for the addresses that pages link to. */
  readonly keep: () => Promise<Keep>;
};

export function storeAt(place: string, region: string | undefined): Store {
  const bucket = /^s3:\/\/([a-z0-9.-]{3,63})(?:\/(?:records\/?)?)?$/.exec(place)?.[1];
  if (bucket !== undefined) return bucketStore(bucket, region);
  if (place.startsWith('s3://')) {
    const message = `${place} is no bucket of records: expected s3://BUCKET.`;
    throw new RemediationError('config-invalid', message);
  }
  return folderStore(place);
}

function bucketStore(bucket: string, region: string | undefined): Store {
  const keep = async () => (await import('../../aws/records.ts')).keepIn(bucket, region);
  const keyOf = (address: string) => address.slice(`s3://${bucket}/`.length);
  return {
    places: async (server) => {
      const { listKeys } = await import('../../aws/kept-objects.ts');
      const below = server === null ? '' : `${plainName(server)}/`;
      const keys = await listKeys(bucket, `${RECORDS_PREFIX}${below}`, region);
      return placesIn(
        keys.map((key) => `s3://${bucket}/${key}`),
        server,
      );
    },
    remove: async (places) => {
      const { deleteKeys } = await import('../../aws/kept-objects.ts');
      const keys = places.flatMap(({ address }) => withPage(keyOf(address)));
      await deleteKeys(bucket, keys, region);
    },
    replace: async ({ server, day, runId }, record, page) => {
      const { put } = await keep();
      await put({ server, startedAt: day, runId }, 'record', record);
      await put({ server, startedAt: day, runId }, 'page', page);
    },
    keep,
  };
}

function folderStore(folder: string): Store {
  return {
    places: async (server) => {
      const files = await filesBelow(folder).catch((cause: NodeJS.ErrnoException) => {
        const message = `The folder ${folder} cannot be read (${cause.code}): name a folder with records, or s3://BUCKET.`;
        throw new RemediationError('config-invalid', message, { cause });
      });
      return placesIn(files, server);
    },
    remove: async (places) => {
      for (const file of places.flatMap(({ address }) => withPage(address))) await rm(file, { force: true });
    },
    replace: async ({ address }, record, page) => {
      await writeFile(address, record);
      await writeFile(pageOf(address), page);
    },
    keep: async () => keepInFolder(folder),
  };
}

/** The same as for a bucket. Links of its pages lead to the files. */
function keepInFolder(folder: string): Keep {
  const fileOf = (run: KeptRun, as: KeptAs) =>
    join(folder, RECORDS_PREFIX, `${placeOf(run)}${as === 'record' ? '.json.gz' : '.html'}`);
  return {
    urlOf: async (run, as) => pathToFileURL(fileOf(run, as)).href,
    put: async (run, as, bytes) => writeFile(fileOf(run, as), bytes),
    index: indexInFolder(folder),
  };
}

function indexInFolder(folder: string): IndexStore {
  const fileOf = (server: string | null) =>
    join(folder, INDEX_PREFIX, server === null ? '' : plainName(server), 'index.html');
  return {
    urlOf: async (server) => pathToFileURL(fileOf(server)).href,
    read: async (server) => {
      const page = await readFile(fileOf(server), 'utf8').catch(() => null);
      return page === null ? null : { page, version: page };
    },
    write: async (server, page) => {
      await writeFile(fileOf(server), page);
      return true;
    },
  };
}

function withPage(record: string): readonly string[] {
  return [record, pageOf(record)];
}

function pageOf(record: string): string {
  return record.replace(/\.json\.gz$/, '.html');
}

function placesIn(addresses: readonly string[], server: string | null): readonly KeptPlace[] {
  const wanted = server === null ? null : plainName(server);
  return addresses
    .flatMap((address) => {
      const [, name = '', year, month, day, runId = ''] = RECORD.exec(address.replaceAll('\\', '/')) ?? [];
      const isWanted = year !== undefined && (wanted === null || name === wanted);
      return isWanted ? [{ address, server: name, day: `${year}-${month}-${day}`, runId }] : [];
    })
    .toSorted((a, b) => b.day.localeCompare(a.day) || a.address.localeCompare(b.address));
}
