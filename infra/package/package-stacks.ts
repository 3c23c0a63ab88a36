import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { IReusableStackSynthesizer } from 'aws-cdk-lib';
import { type Zippable, zipSync } from 'fflate';
import { contextOf, parseDeclaration } from '../stacks/declaration.ts';
import { declaredApp } from '../stacks/declared-app.ts';
import { deployScript } from './deploy-script.ts';
import { type PackagedAsset, PackagedSynthesizer } from './packaged-synthesizer.ts';

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
  for (const asset of synthesizer.assets) writeZip(asset, synthesis, join(folder, ASSETS));
  return [...Map.groupBy(stacks, ({ stage }) => stage)].map(([stage, own]) => {
    const script = stage === '' ? 'deploy.sh' : `deploy-${stage}.sh`;
    const [place] = stage === '' ? [] : own.map((stack) => stack.place);
    const prefix = stage === '' ? 'pg-headroom-' : `${stage}-pg-headroom-`;
    const deployment = { stacks: own, servers: serversIn(context, stage), prefix, place };
    writeFileSync(join(folder, script), deployScript(deployment), { mode: 0o755 });
    return script;
  });
}

function writeZip({ folder, file }: PackagedAsset, synthesis: string, assets: string): void {
  const path = join(assets, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, zipped(join(synthesis, basename(folder))));
}

/** The same files give the same bytes: the time of packing is left out. Permissions let Lambda read the files. */
function zipped(folder: string): Uint8Array {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const entries = files
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((path): Zippable => {
      const name = path.slice(folder.length + 1).replaceAll('\\', '/');
      return { [name]: [readFileSync(path), { mtime: '1980-01-01', os: 3, attrs: 0o100644 << 16 }] };
    });
  return zipSync(Object.assign({}, ...entries), { level: 9 });
}

/** The names of a stage's servers. Servers without stages are in the stage without a name. */
function serversIn(context: Readonly<Record<string, unknown>>, stage: string): readonly string[] {
  return parseDeclaration(contextOf((key) => context[key]))
    .filter(({ place }) => (place?.stage ?? '') === stage)
    .flatMap(({ servers }) => servers.map(({ name }) => name));
}
