import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import type { BundledPackage } from './bundled-packages.ts';

/**
 * A CycloneDX document of what is shipped, which npm itself writes. npm knows projects and no bundles, so that it gets a
 * project with just the bundled packages, as package-lock.json has them. The same packages give the same document.
 */
export function sbomOf(packages: readonly BundledPackage[]): string {
  const temporary = mkdtempSync(join(tmpdir(), 'headroom-sbom-'));
  // npm calls the project by its folder.
  const folder = join(temporary, packageJson.name);
  try {
    mkdirSync(folder);
    const project = projectOf(packages);
    writeFileSync(join(folder, 'package.json'), JSON.stringify(project));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lockOf(project, packages)));
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const args = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'library'];
    const written = execFileSync(npm, args, {
      cwd: folder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return reproducible(JSON.parse(written));
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

function projectOf(packages: readonly BundledPackage[]) {
  const { name, version, description, license } = packageJson;
  const top = packages.filter(({ path, name: own }) => path === `node_modules/${own}`);
  const dependencies = Object.fromEntries(top.map((each) => [each.name, each.locked.version]));
  return { name, version, description, license, dependencies };
}

/** Dependencies that are in no bundle, for example because of tree shaking, are left out. */
function lockOf(project: ReturnType<typeof projectOf>, packages: readonly BundledPackage[]) {
  const paths = new Set(packages.map(({ path }) => path));
  const entries = packages.map(({ path, locked: { version, integrity, license, dependencies = {} } }) => [
    path,
    {
      ...{ version, integrity, license },
      dependencies: Object.fromEntries(
        Object.entries(dependencies).filter(([name]) => isFound(name, path, paths)),
      ),
    },
  ]);
  const { name, version } = project;
  return { name, version, lockfileVersion: 3, packages: { '': project, ...Object.fromEntries(entries) } };
}

/** Whether a package finds another one: in its own folder, or in one above. */
function isFound(name: string, from: string, paths: ReadonlySet<string>): boolean {
  if (paths.has(`${from === '' ? '' : `${from}/`}node_modules/${name}`)) return true;
  return (
    from !== '' && isFound(name, from.slice(0, from.lastIndexOf('node_modules/')).replace(/\/$/, ''), paths)
  );
}

/** npm adds the time and a random number. In their place stands a number that follows from the content. */
function reproducible({ serialNumber: _, ...document }: { readonly serialNumber: string; metadata: object }) {
  const { timestamp: __, ...metadata } = document.metadata as { readonly timestamp?: string };
  const content = { ...document, metadata };
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  // The form of a UUID of version 8: its bits are ours to choose.
  const uuid = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
  return `${JSON.stringify({ ...content, serialNumber: `urn:uuid:${uuid}` }, null, 2)}\n`;
}
