import { readFileSync } from 'node:fs';
import { exitOnInvalid } from '../checks/exit-on-invalid.ts';
import { ONE_SERVER_TEMPLATE, packageOneServer } from './package-one-server.ts';
import { packageStacks } from './package-stacks.ts';

const FOLDER = 'dist/package';

exitOnInvalid(() => {
  // Outside the CDK command the context has to be read from the file.
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));
  for (const script of packageStacks(context, FOLDER)) {
    console.log(`Deploy with: sh ${FOLDER}/${script} BUCKET`);
  }
  packageOneServer(context, FOLDER);
  console.log(`One server, with parameters: ${FOLDER}/${ONE_SERVER_TEMPLATE}`);
});
