import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import lock from '../package-lock.json' with { type: 'json' };

/** A package of which something is shipped: where the lock file has it, and what the lock file says of it. */
export type BundledPackage = {
  /** Such as `node_modules/pg-types/node_modules/postgres-array`. */
  readonly path: string;
  readonly name: string;
  readonly locked: LockedPackage;
};

type LockedPackage = {
  readonly version: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
};

const LOCKED: Readonly<Record<string, LockedPackage>> = lock.packages;

/** The packages with files in these bundles, and those that are named beside them, in the order of their paths. */
export function bundledPackages(
  metafiles: readonly Metafile[],
  beside: readonly string[],
): readonly BundledPackage[] {
  const files = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ inputs }) =>
      Object.entries(inputs)
        .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
        .map(([file]) => file),
    ),
  );
  const found = files.flatMap((file) => packageOf(file) ?? []);
  const paths = [...new Set([...found, ...beside.map((name) => `node_modules/${name}`)])].toSorted();
  return paths.flatMap((path) => {
    const locked = LOCKED[path];
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return locked === undefined ? [] : [{ path, name, locked }];
  });
}

/** The package of an input file; null for our own files. @throws Error for a file of a package that is not locked. */
function packageOf(file: string): string | null {
  const [, inPackages] = /(?:^|\/)(node_modules\/.+)$/.exec(file) ?? [];
  if (inPackages === undefined) return null;
  const steps = inPackages.split('/');
  for (let length = steps.length - 1; length > 0; length -= 1) {
    const path = steps.slice(0, length).join('/');
    if (path in LOCKED) return path;
  }
  throw new Error(`${file} is bundled, and package-lock.json has no package for it: run npm install.`);
}

const LEGAL_FILE = /^(licen[cs]e|notice|copying)([.-].*)?$/i;

/** The licenses of all these packages in one text, each with its name, its version and its own files. */
export function thirdPartyNotices(packages: readonly BundledPackage[]): string {
  const parts = packages.map(({ path, name, locked: { version, license = 'not named' } }) => {
    const files = existsSync(path) ? readdirSync(path).filter((file) => LEGAL_FILE.test(file)) : [];
    const texts = files.toSorted().map((file) => readFileSync(join(path, file), 'utf8').trim());
    const all = texts.length > 0 ? texts : ['The package brings no file with its license.'];
    return [`${name} ${version}`, `License: ${license}`, '', ...all].join('\n');
  });
  const head = `This package holds code of ${packages.length} others. Their licenses follow.`;
  return `${[head, ...parts].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
