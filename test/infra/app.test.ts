import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CONTEXT } from './synthesis.ts';

const outdir = mkdtempSync(join(tmpdir(), 'headroom-app-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

/** Runs the app as the CDK command does, which hands it the context in the environment; nobody hands it an account. */
function runApp(context: unknown) {
  return spawnSync(process.execPath, ['infra/stacks/app.ts'], {
    cwd: new URL('../..', import.meta.url),
    env: { PATH: process.env.PATH, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) },
    encoding: 'utf8',
  });
}

describe('the app', () => {
  test('synthesizes the example as it stands, and looks nothing up', () => {
    const { stderr, status } = runApp(CONTEXT);
    expect(status).toBe(0);
    // The example declares no receiver of messages, and that is all there is to say about it.
    expect(stderr.match(/^WARNING .*/gm)).toEqual([
      expect.stringMatching(/^WARNING No receiver of messages is declared/),
    ]);
    expect(stderr).not.toContain('Not declared any more');
    const manifest = JSON.parse(readFileSync(join(outdir, 'manifest.json'), 'utf8'));
    expect(manifest.artifacts).toHaveProperty('pg-headroom-servers-3');
    expect(manifest).not.toHaveProperty('missing');
  });

  test('ends with the problems of the declaration and no stack trace', () => {
    const { status, stderr } = runApp({ servers: [{ ...CONTEXT.servers[0], port: 0 }] });
    expect(status).toBe(1);
    expect(stderr).toContain('The declaration in cdk.json has 1 problem; nothing was done:');
    expect(stderr).toContain('servers[0].port: found 0, expected a port from 1 to 65535');
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('the feature flags of cdk.json', () => {
  test('are the recommended ones, but that the reporting stack cannot go while servers report to it', () => {
    const file = createRequire(import.meta.url).resolve('aws-cdk-lib/recommended-feature-flags.json');
    const recommended = JSON.parse(readFileSync(file, 'utf8'));
    const flags = Object.fromEntries(Object.entries(CONTEXT).filter(([key]) => key.startsWith('@aws-cdk')));
    expect(flags).toEqual({ ...recommended, '@aws-cdk/core:defaultCrossStackReferences': 'strong' });
  });
});
