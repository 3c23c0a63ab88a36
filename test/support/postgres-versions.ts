import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { IS_THOROUGH } from './is-thorough.ts';

/** The versions that npm packages install. */
const PACKAGED = [14, 15, 16, 17, 18] as const;
/** Versions without a package. They are tested where the variable below names their programs. */
const BY_HAND = [19] as const;

export type PackagedVersion = (typeof PACKAGED)[number];
export type Version = PackagedVersion | (typeof BY_HAND)[number];

/**
 * Folders with the programs of PostgreSQL (`bin/postgres`, `bin/initdb`), such as `19=/usr/lib/postgresql/19`. Several are
 * separated by commas. A version that has a package runs with these programs instead. `all=FOLDER` runs every test with
 * these programs, also those of another version. What happens to be installed on a machine is never tested without it.
 */
const VARIABLE = 'HEADROOM_TEST_POSTGRES';

const KNOWN: readonly Version[] = [...PACKAGED, ...BY_HAND];

/** @throws Error for an entry that names no known version, or a folder without the programs. */
export function foldersIn(text: string | undefined): ReadonlyMap<Version, string> {
  if (text === undefined || text === '') return new Map();
  return new Map(text.split(',').flatMap(foldersOf));
}

function foldersOf(entry: string): readonly (readonly [Version, string])[] {
  const [, name, folder = ''] = /^(\d+|all)=(.+)$/.exec(entry.trim()) ?? [];
  const version = name === 'all' ? name : KNOWN.find((each) => String(each) === name);
  if (version === undefined || !isAbsolute(folder))
    throw new Error(
      `${VARIABLE} has "${entry}". Allowed is VERSION=FOLDER with one of the versions ${KNOWN.join(', ')}, or all=FOLDER, and an absolute folder.`,
    );
  if (!existsSync(join(folder, 'bin', 'postgres')) || !existsSync(join(folder, 'bin', 'initdb')))
    throw new Error(`${VARIABLE} names ${folder} for ${version}, but it has no bin/postgres and bin/initdb.`);
  const found = versionOf(folder);
  if (version === 'all' && found !== undefined) return KNOWN.map((each) => [each, folder]);
  if (version === 'all' || found !== version)
    throw new Error(
      `${VARIABLE} names ${folder} for ${version}, but its programs are of ${releaseOf(folder)}.`,
    );
  return [[version, folder]];
}

function versionOf(folder: string): Version | undefined {
  const number = Number(/^\d+/.exec(releaseOf(folder))?.[0]);
  return KNOWN.find((each) => each === number);
}

/** `19rc1` of `postgres (PostgreSQL) 19rc1 (Debian 19~rc1-1)`. */
export function releaseOf(folder: string): string {
  const text = execFileSync(join(folder, 'bin', 'postgres'), ['--version'], { encoding: 'utf8', cwd: '/' });
  return /\(PostgreSQL\) (\S+)/.exec(text)?.[1] ?? 'an unknown version';
}

/** Those whose own programs there are. */
export function versionsWith(folders: ReadonlyMap<Version, string>): readonly Version[] {
  return KNOWN.filter((version) => programsVersion(version, folders) === version);
}

/** The version that a test of this version gets: another one with `all=FOLDER`, none without programs. */
export function programsVersion(
  version: Version,
  folders: ReadonlyMap<Version, string>,
): Version | undefined {
  const folder = folders.get(version);
  if (folder !== undefined) return versionOf(folder);
  return isPackaged(version) ? version : undefined;
}

export function isPackaged(version: Version): version is PackagedVersion {
  return PACKAGED.some((each) => each === version);
}

/** The oldest and the newest package, and what was named. */
export function outermost(
  versions: readonly Version[],
  folders: ReadonlyMap<Version, string>,
): readonly Version[] {
  const packaged = versions.filter(isPackaged);
  return versions.filter(
    (version) => version === packaged[0] || version === packaged.at(-1) || folders.has(version),
  );
}

export const FOLDERS = foldersIn(process.env[VARIABLE]);
export const ALL_VERSIONS = versionsWith(FOLDERS);
/** The versions that each test of servers runs with. */
export const VERSIONS = wanted(ALL_VERSIONS);

/** All of these in CI, elsewhere the outermost of them. */
export function wanted(versions: readonly Version[]): readonly Version[] {
  return IS_THOROUGH ? versions : outermost(versions, FOLDERS);
}
