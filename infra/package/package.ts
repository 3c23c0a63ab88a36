import { readFileSync } from 'node:fs';
import { exitOnInvalid } from '../checks/exit-on-invalid.ts';
import { packageStacks } from './package-stacks.ts';

const FOLDER = 'dist/package';

exitOnInvalid(() => {
  // Outside the CDK command the context has to be read from the file.
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));
  for (const script of packageStacks(context, FOLDER)) {
    console.log(`Deploy with: sh ${FOLDER}/${script} BUCKET`);
  }
});
