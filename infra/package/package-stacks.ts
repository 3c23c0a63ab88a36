import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { IReusableStackSynthesizer } from 'aws-cdk-lib';
import { type Zippable, zipSync } from 'fflate';
import { declaredApp } from '../stacks/declared-app.ts';
import { ASSETS_BUCKET, type PackagedAsset, PackagedSynthesizer } from './packaged-synthesizer.ts';

const TEMPLATES = 'templates';
const ASSETS = 'assets';

type Place = { readonly account: string; readonly region: string };

/**
 * A stack of a package. Servers without stages have an empty `stage`, and their stack fits every account and region.
 */
type PackagedStack = {
  readonly stage: string;
  readonly place: Place;
  readonly name: string;
  readonly template: string;
};

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
    writeFileSync(join(folder, script), deployScript(own, place), { mode: 0o755 });
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

function deployScript(stacks: readonly PackagedStack[], place: Place | undefined): string {
  const deployments = stacks.map(({ name, template }) =>
    [
      `aws cloudformation deploy --stack-name ${name} --template-file ${template}`,
      `--s3-bucket "$1" --s3-prefix pg-headroom --parameter-overrides ${ASSETS_BUCKET}="$1"`,
      '--capabilities CAPABILITY_IAM CAPABILITY_NAMED_IAM --no-fail-on-empty-changeset',
    ].join(' \\\n  '),
  );
  return `#!/bin/sh
# Deploys the templates beside this file, in their order, where the AWS CLI's credentials and region say.
# Run it with the name of a bucket in that region.
set -eu
: "\${1:?name the bucket that takes the zipped assets}"
cd "$(dirname "$0")"
${place === undefined ? '' : onlyIn(place)}aws s3 cp ${ASSETS}/ "s3://$1/" --recursive
${deployments.join('\n')}
`;
}

/** The templates of a stage name its account and region, so they would fail halfway anywhere else. */
function onlyIn({ account, region }: Place): string {
  return `export AWS_REGION=${region} AWS_DEFAULT_REGION=${region}
test "$(aws sts get-caller-identity --query Account --output text)" = ${account} ||
  { echo "The AWS CLI's credentials are not of account ${account}." >&2; exit 1; }
`;
}
