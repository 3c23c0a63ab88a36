import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const { dependencies, name } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));

/** What the document says that an app looks like. */
const [, example = ''] =
  /```ts\n([\s\S]+?)```/.exec(readFileSync(join(PROJECT, 'docs/guide/constructs.md'), 'utf8')) ?? [];

let app: string;

function run(script: string, ...args: readonly string[]) {
  const { CDK_CONTEXT_JSON: _, AWS_REGION: __, AWS_PROFILE: ___, ...env } = process.env;
  return spawnSync(process.execPath, [script, ...args], {
    cwd: app,
    env: { ...env, CDK_OUTDIR: 'cdk.out' },
    encoding: 'utf8',
  });
}

/** The package as the registry would have it, unpacked into the app's node_modules. */
function install(): void {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  execFileSync(npm, ['pack', '--ignore-scripts', '--silent', '--pack-destination', app], {
    cwd: PROJECT,
    stdio: 'ignore',
  });
  const [tarball = ''] = readdirSync(app).filter((file) => file.endsWith('.tgz'));
  const folder = join(app, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xzf', join(app, tarball), '-C', folder, '--strip-components=1']);
}

/** Packages that npm would have installed beside it. */
function link(packages: readonly string[]): void {
  for (const each of packages) {
    const target = join(app, 'node_modules', each);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(PROJECT, 'node_modules', each), target, 'junction');
  }
}

beforeAll(() => {
  app = mkdtempSync(join(tmpdir(), 'headroom-other-app-'));
  install();
  link([...Object.keys(dependencies), 'aws-cdk-lib', 'constructs', '@types/node']);
  writeFileSync(join(app, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(join(app, 'app.ts'), example);
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2024',
    strict: true,
    noEmit: true,
    types: ['node'],
  };
  writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));
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
  const headroom = (...args: readonly string[]) => run(`node_modules/${name}/dist/cli/cli.mjs`, ...args);
  const record = join(PROJECT, 'test/core/earlier-records/record-of-a-queue.json');

  test('has no dependency that its files hold already', () => {
    expect(Object.keys(dependencies)).toEqual(['zod']);
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
