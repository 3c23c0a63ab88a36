import type { BuildOptions } from 'esbuild';

/** pg is CommonJS and calls `require` for Node's own modules; an ESM bundle has none unless it is made. */
const REQUIRE_SHIM =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

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
  // Names stay: stacks can be read, and the calls that would give short names their long ones back take 3 ms to load.
  minifyWhitespace: true,
  minifySyntax: true,
  banner: { js: REQUIRE_SHIM },
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;
