import { cpSync } from 'node:fs';
import { exitOnInvalid } from '../checks/exit-on-invalid.ts';
import { omitUndefined } from '../constructs/omit-undefined.ts';
import { contextInCdkJson } from '../stacks/cdk-json.ts';
import { type FleetPackage, packageFleet } from './package-fleet.ts';
import { ONE_SERVER_TEMPLATE, packageOneServer } from './package-one-server.ts';
import { packageStacks } from './package-stacks.ts';
import { writeChecksums } from './write-checksums.ts';

const FOLDER = 'dist/package';

const FLEET_FOLDER = 'dist/package-fleet';

exitOnInvalid(() => {
  // Outside the CDK command the context has to be read from the file.
  const context = contextInCdkJson();
  const [what, codeBuckets] = process.argv.slice(2);
  if (what === 'fleet') return fleet({ context, folder: FLEET_FOLDER, ...omitUndefined({ codeBuckets }) });
  for (const script of packageStacks(context, FOLDER)) {
    console.log(`Deploy with: sh ${FOLDER}/${script} BUCKET`);
  }
  packageOneServer(context, FOLDER);
  for (const file of ['sbom.cdx.json', 'THIRD-PARTY-NOTICES.txt'])
    cpSync(`dist/${file}`, `${FOLDER}/${file}`);
  writeChecksums(FOLDER);
  console.log(`One server, with parameters: ${FOLDER}/${ONE_SERVER_TEMPLATE}`);
});

function fleet(wanted: FleetPackage): void {
  for (const { file, bytes, onlyByUrl } of packageFleet(wanted)) {
    const how = onlyByUrl ? ', by its URL in a bucket only' : '';
    console.log(`${wanted.folder}/${file}: ${bytes} bytes${how}`);
  }
  const buckets = `${wanted.codeBuckets ?? 'CODE_BUCKET'}-REGION`;
  console.log(`In each region: aws s3 cp --recursive ${wanted.folder}/code/ s3://${buckets}/`);
}
