import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Zippable, zipSync } from 'fflate';
import type { PackagedAsset } from './packaged-synthesizer.ts';

/** Zips each asset of a synthesis into a folder. */
export function writeAssets(assets: readonly PackagedAsset[], synthesis: string, folder: string): void {
  for (const { folder: source, file } of assets) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, zipped(join(synthesis, basename(source))));
  }
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
