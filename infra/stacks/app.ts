import { existsSync } from 'node:fs';
import { exitOnInvalid } from '../checks/exit-on-invalid.ts';
import { stacksIn, vanishedTexts } from '../checks/vanished-stacks.ts';
import { contextInCdkJson } from './cdk-json.ts';
import { declaredApp } from './declared-app.ts';

exitOnInvalid(() => {
  // The context itself comes from the CDK command, which adds its own and that of other files.
  if (existsSync('cdk.json')) contextInCdkJson();
  const app = declaredApp();
  const before = stacksIn(app.outdir);
  app.synth();
  for (const text of vanishedTexts(before, stacksIn(app.outdir))) console.error(text);
});
