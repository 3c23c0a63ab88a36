import { exitOnInvalid } from '../checks/exit-on-invalid.ts';
import { stacksIn, vanishedTexts } from '../checks/vanished-stacks.ts';
import { declaredApp } from './declared-app.ts';

exitOnInvalid(() => {
  const app = declaredApp();
  const before = stacksIn(app.outdir);
  app.synth();
  for (const text of vanishedTexts(before, stacksIn(app.outdir))) console.error(text);
});
