import { stat } from 'node:fs/promises';
import { RemediationError } from '../../core/base/errors.ts';
import { STDIN } from '../read-input.ts';
import { filesBelow } from './files-below.ts';
import { storeAt } from './kept-records.ts';

const RECORD_FILE = /\.json(\.gz)?$/;

type Wanted = {
  readonly server?: string | undefined;
  readonly region?: string | undefined;
  readonly firstDay?: string | undefined;
};

/**
 * The addresses of all records that were named: a bucket, a folder, single files or objects. Each is there once.
 * @throws RemediationError `record-invalid` for a file or folder that does not exist: a misspelt name is no empty past.
 */
export async function recordsIn(places: readonly string[], wanted: Wanted): Promise<readonly string[]> {
  const found = await Promise.all(
    places.map(async (place) => {
      if (!place.startsWith('s3://')) return (await isFolder(place)) ? inFolder(place, wanted) : [place];
      return RECORD_FILE.test(place) ? [place] : keptIn(place, wanted);
    }),
  );
  return [...new Set(found.flat())];
}

async function keptIn(place: string, { server, region, firstDay = '' }: Wanted): Promise<readonly string[]> {
  const kept = await storeAt(place, region).places(server ?? null);
  return kept.filter(({ day }) => day >= firstDay).map(({ address }) => address);
}

/** Records that lie as in a bucket, with server and day in their path, and all other records at any depth. */
async function inFolder(folder: string, wanted: Wanted): Promise<readonly string[]> {
  const all = new Set(await keptIn(folder, {}));
  const others = (await filesBelow(folder))
    .filter((file) => RECORD_FILE.test(file))
    .filter((file) => !all.has(file));
  return [...(await keptIn(folder, wanted)), ...others.toSorted()];
}

async function isFolder(path: string): Promise<boolean> {
  if (path === STDIN) return false;
  try {
    return (await stat(path)).isDirectory();
  } catch {
    const message = `${path} cannot be read: name a folder with records, files, or s3://BUCKET.`;
    throw new RemediationError('record-invalid', message);
  }
}
