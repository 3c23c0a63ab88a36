import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binariesIn, type Installation, type SystemUser } from './postgres-binaries.ts';
import type { Version } from './postgres-versions.ts';

/** Beside the packages, so that `npm ci` removes it. */
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/pg-headroom');

/** The result of initdb: a data folder to copy, and the password of its superuser. */
export type InitialData = { readonly folder: string; readonly password: string };

/** initdb takes half a second of CPU, a copy of its result a tenth. So it runs once for each installed version. */
export function initialData(version: Version, installation: Installation, user: SystemUser): InitialData {
  const kept = join(CACHE, `postgres-${version}-${installation.release}`);
  if (!existsSync(kept)) initialize(kept, installation, user);
  return { folder: join(kept, 'data'), password: readFileSync(join(kept, 'password'), 'utf8').trim() };
}

function initialize(kept: string, { native, isReachable }: Installation, user: SystemUser): void {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-initdb-'));
  try {
    writeFileSync(join(folder, 'password'), `${randomBytes(12).toString('base64url')}\n`, { mode: 0o600 });
    const programs = isReachable ? native : join(folder, 'native');
    if (!isReachable) cpSync(native, programs, { recursive: true, verbatimSymlinks: true });
    ownedBy(user, folder);
    execFileSync(
      binariesIn(programs).initdb,
      [
        '--pgdata=data',
        '--username=postgres',
        '--pwfile=password',
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--no-sync',
        // A log file of 1 MB is enough. One of 16 MB would be two fifths of each copy.
        '--wal-segsize=1',
        '--no-instructions',
      ],
      {
        ...user,
        cwd: folder,
        env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    mkdirSync(CACHE, { recursive: true });
    const copied = mkdtempSync(join(CACHE, 'copying-'));
    for (const part of ['data', 'password'])
      cpSync(join(folder, part), join(copied, part), { recursive: true });
    keep(copied, kept);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder gets its final name when it is complete. If another process was first, its folder stays. */
function keep(copied: string, kept: string): void {
  try {
    renameSync(copied, kept);
  } catch (error) {
    rmSync(copied, { recursive: true });
    if (!existsSync(kept)) throw error;
  }
}

export function copyData(from: string, folder: string): void {
  const data = join(folder, 'data');
  cpSync(from, data, { recursive: true });
  chmodSync(data, 0o700);
}

export function ownedBy({ uid, gid }: SystemUser, folder: string): void {
  if (uid !== undefined) execFileSync('chown', ['-R', `${uid}:${gid}`, folder]);
}
