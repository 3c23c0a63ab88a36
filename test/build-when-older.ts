import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, statSync } from 'node:fs';
import { codeVersion } from '../build/bundling.ts';
import { BUNDLES } from '../functions/contract.ts';

/** What the build reads. */
const SOURCES = '{functions,infra,build}/**/*.ts';
/** What it makes last. */
const MADE = 'dist/constructs/package.json';

/** Vitest calls it before the tests of a lane. */
export function setup(): void {
  buildWhenOlder();
}

/** Builds, unless what was built is younger than every source and names this commit. */
export function buildWhenOlder(): void {
  const made = changedAt(MADE);
  const isOlder = [...globSync(SOURCES), 'package-lock.json'].some((source) => changedAt(source) >= made);
  if (isOlder || !namesThisCommit())
    execFileSync(process.execPath, ['build/build.ts'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

function namesThisCommit(): boolean {
  const version = codeVersion().replace(/-dirty$/, '');
  return globSync(`${BUNDLES.remediate}/*.mjs`).some((file) => readFileSync(file, 'utf8').includes(version));
}

/** In ms since 1970; 0 where there is no such file. */
function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
