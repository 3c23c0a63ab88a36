import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RECORDS_PREFIX } from '../../contract.ts';
import { RemediationError } from '../../core/base/errors.ts';
import { plainName } from '../../core/base/plain-name.ts';

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

/** Where records are kept: a bucket or a folder that has the bucket's content. */
export type Store = {
  /** The newest day first. */
  readonly places: (server: string | null) => Promise<readonly KeptPlace[]>;
  /** Deletes the records and their pages. */
  readonly remove: (places: readonly KeptPlace[]) => Promise<void>;
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
  };
}

function folderStore(folder: string): Store {
  return {
    places: async (server) => {
      const files = await readdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
        const message = `The folder ${folder} cannot be read (${cause.code}): name a folder with records, or s3://BUCKET.`;
        throw new RemediationError('config-invalid', message, { cause });
      });
      return placesIn(
        files.map((file) => join(folder, file)),
        server,
      );
    },
    remove: async (places) => {
      for (const file of places.flatMap(({ address }) => withPage(address))) await rm(file, { force: true });
    },
  };
}

function withPage(record: string): readonly string[] {
  return [record, record.replace(/\.json\.gz$/, '.html')];
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
