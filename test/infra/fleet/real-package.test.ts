import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FLEET_BUNDLES, RDS_ROOTS_FOLDER } from '../../../functions/contract.ts';
import { packageFleet } from '../../../infra/package/package-fleet.ts';
import { CONTEXT } from '../synthesis.ts';

/** The package of what the build leaves: `npm run package -- fleet`. */

let folder: string;
let templates: ReturnType<typeof packageFleet>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-fleet-package-'));
  templates = packageFleet({ context: CONTEXT, folder, codeBuckets: 'acme-headroom' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const codeKeys = () =>
  templates.flatMap(({ file }) => {
    const { Resources } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    return Object.values<{ Properties?: { Code?: { S3Key: string } } }>(Resources).flatMap(
      ({ Properties }) => Properties?.Code?.S3Key ?? [],
    );
  });

test('Every function has its own code, with a handler, within the size that Lambda takes', () => {
  const keys = codeKeys();
  expect(new Set(keys).size).toBe(Object.keys(FLEET_BUNDLES).length);
  for (const key of keys) {
    const zip = readFileSync(join(folder, 'code', key));
    expect(zip.byteLength).toBeLessThan(50_000_000);
    expect(Object.keys(unzipSync(zip))).toContain('index.mjs');
  }
});

test.each(Object.entries(FLEET_BUNDLES))('The bundle of %s exports a handler', async (_, path) => {
  const root = join(import.meta.dirname, '../../..');
  expect(readFileSync(join(root, path, 'index.mjs'), 'utf8')).toMatch(/export ?\{[^}]*handler/);
});

test('What logs in to databases has the RDS roots of its region beside it', () => {
  const root = join(import.meta.dirname, '../../..');
  for (const path of [FLEET_BUNDLES.remediate, FLEET_BUNDLES.enrol])
    expect(existsSync(join(root, path, RDS_ROOTS_FOLDER, 'eu-west-1.pem'))).toBe(true);
});
