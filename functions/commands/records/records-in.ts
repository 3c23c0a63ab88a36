import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { storeAt } from './kept-records.ts';

const RECORD_FILE = /\.json(\.gz)?$/;

/** The addresses of all records that were named: a bucket, a folder, single files or objects. Each is there once. */
export async function recordsIn(
  places: readonly string[],
  {
    server,
    region,
    firstDay,
  }: {
    readonly server?: string | undefined;
    readonly region?: string | undefined;
    readonly firstDay?: string | undefined;
  },
): Promise<readonly string[]> {
  const found = await Promise.all(
    places.map(async (place) => {
      if (place.startsWith('s3://') ? RECORD_FILE.test(place) : !(await isFolder(place))) return [place];
      const kept = await storeAt(place, region).places(server ?? null);
      if (kept.length > 0)
        return kept
          .filter(({ day }) => firstDay === undefined || day >= firstDay)
          .map(({ address }) => address);
      return place.startsWith('s3://') ? [] : looseFiles(place);
    }),
  );
  return [...new Set(found.flat())];
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** A folder that is not laid out as the bucket is, with records in it. */
async function looseFiles(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder);
  return files
    .filter((file) => RECORD_FILE.test(file))
    .toSorted()
    .map((file) => join(folder, file));
}
