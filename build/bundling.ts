import { spawnSync } from 'node:child_process';
import type { BuildOptions, Metafile, Plugin } from 'esbuild';
import packageJson from '../package.json' with { type: 'json' };

/** pg is CommonJS and calls `require` for Node's own modules. An ESM bundle has no `require` unless it defines one. */
const REQUIRE_SHIM =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/**
 * Version and commit that records and messages name. The commit comes from HEADROOM_COMMIT, or else from git if this folder
 * is the root of a repository. It ends in `-dirty` if files differ from the commit. The same commit always makes the same
 * bundle.
 */
export function codeVersion(commit = process.env.HEADROOM_COMMIT ?? commitHere()): string {
  return commit === '' ? packageJson.version : `${packageJson.version}+${commit}`;
}

function commitHere(): string {
  const git = (...args: readonly string[]) => {
    const { status, stdout } = spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' });
    return status === 0 ? stdout.trim() : '';
  };
  // Elsewhere this package is a part of another repository, whose commits say nothing about it.
  if (git('rev-parse', '--show-prefix') !== 'build/') return '';
  return git('describe', '--always', '--dirty', '--abbrev=12', '--exclude', '*');
}

/**
 * Loads Node's HTTP modules by `require`. An `import` of them reads each of their exports, and reading one of these loads
 * undici, which no client of ours uses, in 14 ms of CPU before the first secret is asked for.
 */
export const HTTP_BY_REQUIRE: Plugin = {
  name: 'http-by-require',
  setup(build) {
    const namespace = 'required';
    build.onResolve({ filter: /^node:https?$/ }, ({ path, kind }) =>
      kind === 'require-call' ? { path, external: true } : { path, namespace },
    );
    build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `module.exports = require('${path}');`,
    }));
  },
};

const SIGNER = 'token-signature';
/** The entry of the signer's own bundle. It goes into each folder with a bundle that imports it. */
export const SIGNER_ENTRY = { entry: `functions/aws/${SIGNER}.ts`, name: SIGNER } as const;

/**
 * Leaves the signer of IAM tokens to a bundle by itself, in the same folder. In one bundle with the clients of AWS, esbuild
 * would put what they share into files of 135 KB that each login with a token loads; the signer alone has 20 KB.
 */
export const SIGNER_APART: Plugin = {
  name: 'signer-apart',
  setup(build) {
    build.onResolve({ filter: new RegExp(`/${SIGNER}\\.ts$`) }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: `./${SIGNER}.mjs`, external: true } : undefined,
    );
  },
};

/** Whether a bundle imports the signer. */
export function importsSigner({ outputs }: Metafile): boolean {
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  return imports.some(({ path }) => path === `./${SIGNER}.mjs`);
}

/** The options of esbuild for all bundles. */
export const BUNDLING = {
  bundle: true,
  // Splitting puts what is imported on demand into files of its own. Only a run that needs it loads it.
  format: 'esm',
  splitting: true,
  outExtension: { '.js': '.mjs' },
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  external: ['pg-native'],
  define: { HEADROOM_CODE: JSON.stringify(codeVersion()) },
  // Names stay long. Stack traces stay readable, and the calls by which esbuild would restore names take 3 ms at load.
  minifyWhitespace: true,
  minifySyntax: true,
  banner: { js: REQUIRE_SHIM },
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;
