import { mkdirSync, writeFileSync } from 'node:fs';
import { fetchCertificates } from './fetch-certificates.ts';

/** `npm run certificates` puts AWS's current bundles of RDS roots into the folder that the build reads. */
const FOLDER = 'certificates';

mkdirSync(FOLDER, { recursive: true });
for (const { partition, pem, regions, problem } of await fetchCertificates(fetch, new Date())) {
  if (pem === null) {
    console.error(`${partition}: ${problem}`);
    process.exitCode = 1;
  } else {
    writeFileSync(`${FOLDER}/${partition}.pem`, pem);
    console.log(`${FOLDER}/${partition}.pem: RDS roots of ${regions} regions`);
  }
}
