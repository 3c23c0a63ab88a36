import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IReusableStackSynthesizer } from 'aws-cdk-lib';
import { contextOf, parseDeclaration } from '../stacks/declaration.ts';
import { declaredApp } from '../stacks/declared-app.ts';
import { deployScript } from './deploy-script.ts';
import { PackagedSynthesizer } from './packaged-synthesizer.ts';
import { writeAssets } from './write-assets.ts';

const TEMPLATES = 'templates';
const ASSETS = 'assets';

/**
 * Synthesizes the declared servers into a folder that can be deployed with the AWS CLI alone. The former content of the
 * folder is deleted.
 * @returns the scripts that deploy, one for each stage, relative to the folder.
 * @throws RemediationError `config-invalid` with all problems of the declaration.
 */
export function packageStacks(context: Readonly<Record<string, unknown>>, folder: string): readonly string[] {
  const synthesis = mkdtempSync(join(tmpdir(), 'pg-headroom-'));
  try {
    return write(context, synthesis, folder);
  } finally {
    rmSync(synthesis, { recursive: true });
  }
}

function write(context: Readonly<Record<string, unknown>>, synthesis: string, folder: string) {
  const synthesizer = new PackagedSynthesizer();
  const app = declaredApp({
    context: { ...context },
    outdir: synthesis,
    // The library's own types do not agree on an absent `lookupRole`.
    defaultStackSynthesizer: synthesizer as IReusableStackSynthesizer,
  });
  const { stacksRecursively } = app.synth();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, TEMPLATES), { recursive: true });
  const stacks = stacksRecursively.map(({ displayName, stackName, templateFullPath, environment }) => {
    const template = join(TEMPLATES, `${stackName}.json`);
    cpSync(templateFullPath, join(folder, template));
    const stage = displayName.split('/').slice(0, -1).join('-');
    return { stage, place: environment, name: stackName, template };
  });
  writeAssets(synthesizer.assets, synthesis, join(folder, ASSETS));
  return [...Map.groupBy(stacks, ({ stage }) => stage)].map(([stage, own]) => {
    const script = stage === '' ? 'deploy.sh' : `deploy-${stage}.sh`;
    const [place] = stage === '' ? [] : own.map((stack) => stack.place);
    const prefix = stage === '' ? 'pg-headroom-' : `${stage}-pg-headroom-`;
    const deployment = { stacks: own, servers: serversIn(context, stage), prefix, place };
    writeFileSync(join(folder, script), deployScript(deployment), { mode: 0o755 });
    return script;
  });
}

/** The names of a stage's servers. Servers without stages are in the stage without a name. */
function serversIn(context: Readonly<Record<string, unknown>>, stage: string): readonly string[] {
  return parseDeclaration(contextOf((key) => context[key]))
    .filter(({ place }) => (place?.stage ?? '') === stage)
    .flatMap(({ servers }) => servers.map(({ name }) => name));
}
