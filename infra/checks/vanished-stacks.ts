import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The stacks of the synthesis that is in this folder, by name. Empty if there is none. */
export function stacksIn(folder: string): readonly string[] {
  const files = globSync(['manifest.json', 'assembly-*/manifest.json'], { cwd: folder });
  return files.flatMap((file) => stacksOf(readFileSync(join(folder, file), 'utf8'))).toSorted();
}

type Artifact = { readonly type?: string; readonly properties?: { readonly stackName?: string } };

function stacksOf(manifest: string): readonly string[] {
  try {
    const { artifacts = {} }: { readonly artifacts?: Readonly<Record<string, Artifact>> } =
      JSON.parse(manifest);
    return Object.entries(artifacts)
      .filter(([, { type }]) => type === 'aws:cloudformation:stack')
      .map(([id, { properties }]) => properties?.stackName ?? id);
  } catch {
    return [];
  }
}

/**
 * Synthesis reads nothing from an account. The synthesis before it, in the same folder, shows what may be deployed and is
 * not declared any more.
 */
export function vanishedTexts(before: readonly string[], after: readonly string[]): readonly string[] {
  return before
    .filter((name) => !after.includes(name))
    .map((name) => {
      const stage = /^(.+)-pg-headroom-/.exec(name)?.[1];
      const command = `npm run deploy -- ${stage === undefined ? '' : `${stage} `}--prune`;
      return `Not declared any more: stack ${name}. If it is deployed, its functions go on running until ${command} deletes it.`;
    });
}
