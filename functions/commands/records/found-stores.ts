import { InvalidArgumentError } from 'commander';
import type { ArgumentSpec, OptionSpec } from '../command.ts';
import { regionOption } from '../region-option.ts';
import { DECLARATION_FILE } from '../server/declared-server.ts';
import { bucketOf, oneServerOfEachPlace } from '../server/deployed-server.ts';
import { type Store, storeAt } from './kept-records.ts';

/** Where records are: a place, or the server that they are about. */
export type GivenRecords = {
  readonly place?: string;
  readonly server?: string;
  readonly declaration?: string;
  readonly region?: string;
};

/** A place with records. The server is null where all servers are meant. */
export type FoundStore = {
  readonly store: Store;
  readonly place: string;
  readonly server: string | null;
  readonly region: string | undefined;
};

export const PLACE_ARGUMENT: ArgumentSpec = {
  form: '[place]',
  about:
    "where records are kept: s3://BUCKET, or a folder with its content (default: the bucket that the server's function names)",
};

export const RECORDS_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--declaration <file>',
    about: `the file that declares the servers, for the region (default: ${DECLARATION_FILE}, if it is here)`,
  },
  regionOption(
    'where the bucket or the server is (default: its declared region, AWS_REGION, or that of the profile)',
  ),
];

/**
 * The places with records of the server that is named, or of all declared servers.
 * @throws InvalidArgumentError where neither a place nor a server is known.
 */
export async function findStores({ place, server, ...given }: GivenRecords): Promise<readonly FoundStore[]> {
  const { region } = given;
  if (place !== undefined) return [{ store: storeAt(place, region), place, server: server ?? null, region }];
  if (server !== undefined) return [await storeOf(server, given)];
  const all: FoundStore[] = [];
  for (const each of await oneServerOfEachPlace(given.declaration)) {
    const found = { ...(await storeOf(each, given)), server: null };
    if (!all.some((known) => known.place === found.place)) all.push(found);
  }
  if (all.length > 0) return all;
  throw new InvalidArgumentError(
    'Name the server (--server orders) or the place of the records (s3://BUCKET).',
  );
}

async function storeOf(server: string, given: Omit<GivenRecords, 'place' | 'server'>): Promise<FoundStore> {
  const { name, bucket, region } = await bucketOf({ server, ...given });
  const place = `s3://${bucket}`;
  return { store: storeAt(place, region), place, server: name, region };
}
