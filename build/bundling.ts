import { spawnSync } from 'node:child_process';
import type { BuildOptions } from 'esbuild';
import packageJson from '../package.json' with { type: 'json' };

/** pg is CommonJS and calls `require` for Node's own modules; an ESM bundle has none unless it is made. */
const REQUIRE_SHIM =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/**
 * Version and commit, which records and messages name. The commit comes from HEADROOM_COMMIT, or else from git where this folder
 * is the root of a repository; `-dirty` is said of files that differ from it. The same commit always makes the same bundle.
 */
export function codeVersion(commit = process.env.HEADROOM_COMMIT ?? commitHere()): string {
  return commit === '' ? packageJson.version : `${packageJson.version}+${commit}`;
}

function commitHere(): string {
  const git = (...args: readonly string[]) => {
    const { status, stdout } = spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' });
    return status === 0 ? stdout.trim() : '';
  };
  if (git('rev-parse', '--show-prefix', '--is-inside-work-tree') !== 'true') return '';
  return git('describe', '--always', '--dirty', '--abbrev=12', '--exclude', '*');
}

/** How code becomes a bundle. */
export const BUNDLING = {
  bundle: true,
  // Splitting keeps what is imported on demand in files of its own, so that only the run which needs it pays for it.
  format: 'esm',
  splitting: true,
  outExtension: { '.js': '.mjs' },
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  external: ['pg-native'],
  define: { HEADROOM_CODE: JSON.stringify(codeVersion()) },
  // Names stay: stacks can be read, and the calls that would give short names their long ones back take 3 ms to load.
  minifyWhitespace: true,
  minifySyntax: true,
  banner: { js: REQUIRE_SHIM },
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;
