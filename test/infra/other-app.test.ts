import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { appWith, PROJECT, plainEnvironment } from './installed-package.ts';

/** What the document says that an app looks like. */
const [, example = ''] =
  /```ts\n([\s\S]+?)```/.exec(readFileSync(join(PROJECT, 'docs/guide/constructs.md'), 'utf8')) ?? [];

let app: string;

function run(script: string, ...args: readonly string[]) {
  return spawnSync(process.execPath, [script, ...args], {
    cwd: app,
    env: { ...plainEnvironment(), CDK_OUTDIR: 'cdk.out' },
    encoding: 'utf8',
  });
}

beforeAll(() => {
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2024',
    strict: true,
    noEmit: true,
    types: ['node'],
  };
  app = appWith(['aws-cdk-lib', 'constructs', '@types/node'], {
    'package.json': JSON.stringify({ type: 'module' }),
    'app.ts': example,
    'tsconfig.json': JSON.stringify({ compilerOptions, files: ['app.ts'] }),
  });
});
afterAll(() => rmSync(app, { recursive: true, force: true }));

// The compiler reads all of the CDK's types, which takes a busy machine a while.
describe('the documented app, with the package in its node_modules', () => {
  test('compiles, and so do the types of the package', () => {
    const tsc = join(PROJECT, 'node_modules/typescript/bin/tsc');
    expect(run(tsc, '-p', 'tsconfig.json')).toMatchObject({ stdout: '', status: 0 });
  });

  test('synthesizes, without an account, with the bundles that the package brings', () => {
    expect(run('app.ts')).toMatchObject({ stderr: '', status: 0 });
    const files = readdirSync(join(app, 'cdk.out'));
    expect(files).toEqual(
      expect.arrayContaining(['headroom-reporting.template.json', 'databases.template.json']),
    );
    const bundles = files.filter((file) => file.startsWith('asset.'));
    expect(bundles).toHaveLength(2);
    for (const bundle of bundles) expect(readdirSync(join(app, 'cdk.out', bundle))).toContain('index.mjs');
  });
});

describe('the command line, with nothing in node_modules but what the package asks for', () => {
  const headroom = (...args: readonly string[]) =>
    run(`node_modules/${packageJson.name}/dist/cli/headroom.mjs`, ...args);
  const record = join(PROJECT, 'test/core/earlier-records/record-of-a-queue.json');

  test('has no dependency: its files hold what they need', () => {
    expect(packageJson).not.toHaveProperty('dependencies');
  });

  test('prints a schema and a kept record', () => {
    expect(headroom('schema', 'policy')).toMatchObject({ stderr: '', status: 0 });
    expect(headroom('show', record)).toMatchObject({ stderr: '', status: 0 });
  });

  test('draws a page', () => {
    expect(headroom('report', record, '--html', 'page.html')).toMatchObject({ status: 0 });
    expect(readFileSync(join(app, 'page.html'), 'utf8')).toContain('What waits for what');
  });

  test.each([
    [
      'a server',
      ['doctor', '--url', 'postgres://headroom@127.0.0.1:1/headroom'],
      'No connection to 127.0.0.1:1',
    ],
    ['S3', ['show', 's3://bucket/records/orders/run.json.gz'], 'region'],
    ['DynamoDB', ['memory', '--server', 'orders', '--table', 'memory'], 'region'],
  ])('has the client for %s', (_, args, expected) => {
    const { status, stderr } = headroom(...args);
    expect([status === 0, stderr]).toEqual([false, expect.stringContaining(expected)]);
    expect(stderr).not.toMatch(/ERR_MODULE_NOT_FOUND|Cannot find/);
  });
});
