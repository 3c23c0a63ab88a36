import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type IReusableStackSynthesizer } from 'aws-cdk-lib';
import { OneServerStack } from '../stacks/one-server-stack.ts';
import { PackagedSynthesizer } from './packaged-synthesizer.ts';
import { writeAssets } from './write-assets.ts';

/** The template with parameters for one server, in the folder of a package. */
export const ONE_SERVER_TEMPLATE = 'templates/one-server.json';

/**
 * Adds to a package the template that any tool for CloudFormation templates can deploy. It needs no declaration.
 * @param context the feature flags of cdk.json
 */
export function packageOneServer(context: Readonly<Record<string, unknown>>, folder: string): void {
  const synthesis = mkdtempSync(join(tmpdir(), 'pg-headroom-'));
  try {
    const synthesizer = new PackagedSynthesizer();
    const app = new App({
      context: { ...context },
      outdir: synthesis,
      // The library's own types do not agree on an absent `lookupRole`.
      defaultStackSynthesizer: synthesizer as IReusableStackSynthesizer,
    });
    new OneServerStack(app, 'pg-headroom');
    const [stack] = app.synth().stacks;
    mkdirSync(join(folder, 'templates'), { recursive: true });
    if (stack !== undefined) cpSync(stack.templateFullPath, join(folder, ONE_SERVER_TEMPLATE));
    writeAssets(synthesizer.assets, synthesis, join(folder, 'assets'));
  } finally {
    rmSync(synthesis, { recursive: true });
  }
}
