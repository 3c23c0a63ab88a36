import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { repeatedKeys } from '../../functions/core/declaration/repeated-keys.ts';
import { CONTEXT } from './synthesis.ts';

const folder = mkdtempSync(join(tmpdir(), 'headroom-cdk-json-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a script of ours does in a folder with this cdk.json. The CDK command has parsed it before the app starts. */
function ran(script: string, cdkJson: string | null, ...args: readonly string[]) {
  rmSync(join(folder, 'cdk.json'), { force: true });
  if (cdkJson !== null) writeFileSync(join(folder, 'cdk.json'), cdkJson);
  const path = fileURLToPath(new URL(`../../infra/${script}.ts`, import.meta.url));
  return spawnSync(process.execPath, [path, ...args], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      CDK_OUTDIR: folder,
      CDK_CONTEXT_JSON: JSON.stringify(CONTEXT),
      // What one run has compiled of the CDK, the next one loads.
      NODE_COMPILE_CACHE: join(folder, '.compiled'),
    },
    encoding: 'utf8',
  });
}

const TWICE = '{"context":{"servers":[{"name":"orders","policy":{"mode":"observe","mode":"enforce"}}]}}';

describe('A cdk.json', () => {
  test.each(['stacks/app', 'package/package', 'package/deploy'])(
    'with a key twice is refused by %s',
    (script) => {
      const { status, stdout, stderr } = ran(script, TWICE);
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toBe(
        'The declaration in cdk.json has 1 problem; nothing was done:\n  servers[0].policy.mode: found this key twice, expected it once\n',
      );
    },
  );

  test.each([
    ['that is not there', null, /^cdk\.json cannot be read \(ENOENT.*run this in the folder/],
    ['that is no JSON', '{"context":', /^cdk\.json is not JSON \(.*\): correct it\.\n$/],
    ['without a context', '{"app":"node app.ts"}', /servers: missing, expected a list of servers/],
    ['of nothing', 'null', /servers: missing, expected a list of servers/],
  ])('%s is refused without a stack trace', (_, cdkJson, said) => {
    const { status, stderr } = ran('package/package', cdkJson);
    expect(status).toBe(1);
    expect(stderr).toMatch(said);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

test('npm run deploy takes one action', () => {
  const { status, stderr } = ran('package/deploy', '{}', '--prune', '--undo');
  expect([status, stderr]).toEqual([2, 'Give one of --prune, --leftovers, --undo.\n']);
});

test.each([
  ['{"context":{"stages":{"a b":{"region":"x","region":"y"}}}}', ['stages["a b"].region']],
  ['{"context":{"reporting":{},"reporting":{}}}', ['reporting']],
  ['{"context":{},"context":{}}', ['context']],
  ['{"app":1,"app":2,"context":{"@aws-cdk/x":1,"@aws-cdk/x":2,"servers-of-theirs":{"a":1,"a":2}}}', []],
])('Of %s, ours are twice: %j', (text, paths) => {
  expect(repeatedKeys(text).map(({ path }) => path)).toEqual(paths);
});
