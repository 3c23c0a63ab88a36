import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { writeChecksums } from '../../infra/package/write-checksums.ts';
import lock from '../../package-lock.json' with { type: 'json' };
import { PROJECT } from './installed-package.ts';

/** What is shipped says what it holds: an SBOM, the licenses of others, and checksums. */

const text = z.string().check(z.minLength(1));
/** The parts of CycloneDX 1.5 that readers look at. */
const SBOM = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.5'),
  serialNumber: z
    .string()
    .check(z.regex(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)),
  metadata: z.object({ component: z.object({ name: z.literal('pg-headroom'), purl: text }) }),
  components: z.array(
    z.object({
      'bom-ref': text,
      name: text,
      version: text,
      purl: text,
      hashes: z.array(z.object({ alg: z.literal('SHA-512'), content: text })),
      licenses: z.array(z.unknown()).check(z.minLength(1)),
    }),
  ),
  dependencies: z.array(z.object({ ref: text, dependsOn: z.array(text) })),
});
const written = JSON.parse(readFileSync(join(PROJECT, 'dist/sbom.cdx.json'), 'utf8'));
const sbom = z.parse(SBOM, written);
const names = new Set(sbom.components.map(({ name }) => name));

describe('The SBOM', () => {
  test('has each package with the checksum of the lock file', () => {
    const locked = new Set(
      Object.entries(lock.packages).map(([path, entry]) => {
        const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
        const { version, integrity = '' } = entry as {
          readonly version: string;
          readonly integrity?: string;
        };
        return `${name} ${version} ${Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex')}`;
      }),
    );
    const strange = sbom.components.filter(
      ({ name, version, hashes }) => !locked.has(`${name} ${version} ${hashes[0]?.content}`),
    );
    expect(strange).toEqual([]);
  });

  test('has every package that the functions and the command import', () => {
    const sources = globSync('functions/**/*.ts', { cwd: PROJECT }).map((file) =>
      readFileSync(join(PROJECT, file), 'utf8'),
    );
    const imported = sources.flatMap((source) =>
      [...source.matchAll(/^(?:import|export) (?!type )[^;]*? from '((?:@[^/']+\/)?[^./'][^/']*)/gm)].map(
        ([, name = '']) => name,
      ),
    );
    const outside = [...new Set(imported)].filter((name) => !name.startsWith('node:'));
    expect(outside).toContain('pg');
    expect(outside.filter((name) => !names.has(name))).toEqual([]);
  });

  test('has no tool of the build or of the tests', () => {
    expect(
      ['esbuild', 'vitest', 'aws-cdk-lib', 'aws-cdk', 'typescript'].filter((name) => names.has(name)),
    ).toEqual([]);
  });

  test('refers to nothing that it does not have, and has no time: the same packages give the same document', () => {
    const refs = new Set([...sbom.components.map((each) => each['bom-ref']), 'pg-headroom@0.1.0']);
    const referred = sbom.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]);
    expect(referred.filter((ref) => !refs.has(ref))).toEqual([]);
    expect(written.metadata).not.toHaveProperty('timestamp');
  });
});

test('The notices have the license of each package in the SBOM', () => {
  const notices = readFileSync(join(PROJECT, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
  const missing = sbom.components.filter(
    ({ name, version }) => !notices.includes(`\n${name} ${version}\nLicense: `),
  );
  expect(missing).toEqual([]);
  expect(notices).toContain('Apache License');
  expect(notices).toContain('Permission is hereby granted');
  expect(notices).not.toContain('License: not named');
});

test('Both are in the package that npm publishes', () => {
  const listed = execFileSync('npm', ['pack', '--ignore-scripts', '--dry-run', '--json'], {
    cwd: PROJECT,
    encoding: 'utf8',
  });
  for (const file of ['dist/sbom.cdx.json', 'dist/THIRD-PARTY-NOTICES.txt', 'LICENSE'])
    expect(listed).toContain(`"${file}"`);
});

test('The checksums of a package are those of its files, as sha256sum reads them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-checksums-'));
  try {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'deploy.sh'), 'exit 0\n');
    writeFileSync(join(folder, 'assets/a.zip'), 'zip');
    writeChecksums(folder);
    expect(readFileSync(join(folder, 'SHA256SUMS'), 'utf8')).toBe(
      [
        '4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2  assets/a.zip',
        '28d3b9e880a77975493dc7e359144c0295a4f694cfe0af4f928c22307bc5c320  deploy.sh',
        '',
      ].join('\n'),
    );
    const tool = spawnSync('sha256sum', ['--check', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' });
    if (tool.error === undefined) expect(tool).toMatchObject({ status: 0 });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
