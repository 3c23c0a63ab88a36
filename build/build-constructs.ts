import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { REFUSE_OLD_NODE } from './require-node.ts';

const ENTRY = 'infra/constructs/index';
/** Its name is in comments of the result, which is the same each time. */
const DECLARATIONS = 'dist/types';

/**
 * Builds the constructs for CDK apps: one CommonJS file, which `import`, `require`, Jest and bundlers all load, and one file
 * of types. Only the CDK's own packages are imported. Returns what is in the first file.
 */
export async function buildConstructs(folder: string): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [`${ENTRY}.ts`],
    outfile: join(folder, 'index.js'),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    // Older than what the package needs, so that the sentence about a too old Node is reached.
    target: 'node16',
    external: ['aws-cdk-lib', 'constructs'],
    define: { 'import.meta.dirname': '__dirname' },
    banner: { js: REFUSE_OLD_NODE },
    metafile: true,
    logLevel: 'warning',
  });
  await bundleTypes(folder);
  // The package is ESM. This file says that the folder is not, for its types too.
  await writeFile(join(folder, 'package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`);
  return metafile;
}

/** Errors of types are for `npm run check` to report. */
async function bundleTypes(folder: string): Promise<void> {
  const tsc = ['node_modules/typescript/bin/tsc', '-p', 'build/tsconfig.dist.json', '--outDir', DECLARATIONS];
  execFileSync(process.execPath, tsc, { stdio: 'inherit' });
  const bundle = await rolldown({
    input: join(DECLARATIONS, `${ENTRY}.d.ts`),
    external: /^(aws-cdk-lib|constructs|zod)(\/|$)/,
    plugins: [dts({ dtsInput: true, emitDtsOnly: true, oxc: true, tsconfig: false })],
  });
  await bundle.write({ dir: folder, entryFileNames: 'index.d.ts' });
  await bundle.close();
  await rm(DECLARATIONS, { recursive: true });
}
