import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/** The versions that npm packages install. */
const PACKAGED = [14, 15, 16, 17, 18] as const;
/** Versions without a package. They are tested where the variable below names their programs. */
const BY_HAND = [19] as const;

export type PackagedVersion = (typeof PACKAGED)[number];
export type Version = PackagedVersion | (typeof BY_HAND)[number];

/**
 * Folders with the programs of PostgreSQL (`bin/postgres`, `bin/initdb`), such as `19=/usr/lib/postgresql/19`. Several are
 * separated by commas. A version that has a package runs with these programs instead. What happens to be installed on a
 * machine is never tested without it.
 */
const VARIABLE = 'HEADROOM_TEST_POSTGRES';

const KNOWN: readonly Version[] = [...PACKAGED, ...BY_HAND];

/** @throws Error for an entry that names no known version, or a folder without the programs. */
export function foldersIn(text: string | undefined): ReadonlyMap<Version, string> {
  if (text === undefined || text === '') return new Map();
  return new Map(text.split(',').map(folderIn));
}

function folderIn(entry: string): readonly [Version, string] {
  const [, number, folder = ''] = /^(\d+)=(.+)$/.exec(entry.trim()) ?? [];
  const version = KNOWN.find((each) => String(each) === number);
  if (version === undefined || !isAbsolute(folder))
    throw new Error(
      `${VARIABLE} has "${entry}". Allowed is VERSION=FOLDER with one of the versions ${KNOWN.join(', ')} and an absolute folder.`,
    );
  if (!existsSync(join(folder, 'bin', 'postgres')) || !existsSync(join(folder, 'bin', 'initdb')))
    throw new Error(`${VARIABLE} names ${folder} for ${version}, but it has no bin/postgres and bin/initdb.`);
  const found = releaseOf(folder);
  if (Number(/^\d+/.exec(found)?.[0]) !== version)
    throw new Error(`${VARIABLE} names ${folder} for ${version}, but its programs are of ${found}.`);
  return [version, folder];
}

/** `19rc1` of `postgres (PostgreSQL) 19rc1 (Debian 19~rc1-1)`. */
export function releaseOf(folder: string): string {
  const text = execFileSync(join(folder, 'bin', 'postgres'), ['--version'], { encoding: 'utf8', cwd: '/' });
  return /\(PostgreSQL\) (\S+)/.exec(text)?.[1] ?? 'an unknown version';
}

export function versionsWith(folders: ReadonlyMap<Version, string>): readonly Version[] {
  return KNOWN.filter((version) => isPackaged(version) || folders.has(version));
}

export function isPackaged(version: Version): version is PackagedVersion {
  return PACKAGED.some((each) => each === version);
}

export const FOLDERS = foldersIn(process.env[VARIABLE]);
/** The versions that each test of servers runs with. */
export const VERSIONS = versionsWith(FOLDERS);
