import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type IReusableStackSynthesizer } from 'aws-cdk-lib';
import { builtBundle } from '../constructs/bundled-function.ts';
import { FleetCellStack } from '../fleet/fleet-cell-stack.ts';
import { FleetDigestStack } from '../fleet/fleet-digest-stack.ts';
import { FleetEnrolStack } from '../fleet/fleet-enrol-stack.ts';
import { FleetHubStack } from '../fleet/fleet-hub-stack.ts';
import { FleetNetworkStack } from '../fleet/fleet-network-stack.ts';
import { CODE_BUCKET, codeBucket } from '../fleet/fleet-parameters.ts';
import { PackagedSynthesizer } from './packaged-synthesizer.ts';
import { writeAssets } from './write-assets.ts';

/** CloudFormation takes a larger template only from a bucket. */
const MOST_BYTES = 51_200;

export interface FleetPackage {
  /** The feature flags of cdk.json. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly folder: string;
  /** What the names of the organisation's code buckets begin with. It becomes the default of the templates. */
  readonly codeBuckets?: string;
  /** The folder of a built bundle, by its path in the project. */
  readonly bundleAt?: (path: string) => string;
}

/** A template of the package, and whether it has to be given by its URL. */
export interface FleetTemplate {
  readonly file: string;
  readonly bytes: number;
  readonly onlyByUrl: boolean;
}

/**
 * Writes the templates of a fleet and the code that they name by its hash. The former content of the folder is deleted.
 * @returns the templates, in the order in which they are deployed.
 */
export function packageFleet({
  context,
  folder,
  codeBuckets,
  bundleAt = builtBundle,
}: FleetPackage): readonly FleetTemplate[] {
  const synthesis = mkdtempSync(join(tmpdir(), 'pg-headroom-'));
  try {
    const synthesizer = new PackagedSynthesizer(codeBucket);
    const app = new App({
      context: { ...context, ...(codeBuckets !== undefined && { [CODE_BUCKET]: codeBuckets }) },
      outdir: synthesis,
      // The library's own types do not agree on an absent `lookupRole`.
      defaultStackSynthesizer: synthesizer as IReusableStackSynthesizer,
    });
    for (const [name, Each] of STACKS) new Each(app, `pg-headroom-${name}`, { bundleAt });
    const { stacks } = app.synth();
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeAssets(synthesizer.assets, synthesis, join(folder, 'code'));
    return STACKS.flatMap(([name]) => {
      const stack = stacks.find(({ stackName }) => stackName === `pg-headroom-${name}`);
      return stack === undefined ? [] : [writeTemplate(folder, name, stack.templateFullPath)];
    });
  } finally {
    rmSync(synthesis, { recursive: true });
  }
}

const STACKS = [
  ['fleet-hub', FleetHubStack],
  ['fleet-cell', FleetCellStack],
  ['fleet-network', FleetNetworkStack],
  ['fleet-enrol', FleetEnrolStack],
  ['fleet-digest', FleetDigestStack],
] as const;

/** Without spaces: CloudFormation counts them. */
function writeTemplate(folder: string, name: string, from: string): FleetTemplate {
  const file = `${name}.json`;
  const text = JSON.stringify(JSON.parse(readFileSync(from, 'utf8')));
  writeFileSync(join(folder, file), text);
  const bytes = Buffer.byteLength(text);
  return { file, bytes, onlyByUrl: bytes >= MOST_BYTES };
}
