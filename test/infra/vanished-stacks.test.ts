import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stacksIn, vanishedTexts } from '../../infra/checks/vanished-stacks.ts';

const manifest = (...names: readonly string[]) =>
  JSON.stringify({
    artifacts: Object.fromEntries(
      names.map((stackName) => [stackName, { type: 'aws:cloudformation:stack', properties: { stackName } }]),
    ),
  });

test('the stacks of a synthesis are read, with those of its stages, and a broken file has none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-vanished-'));
  try {
    expect(stacksIn(folder)).toEqual([]);
    for (const stage of ['live', 'broken']) mkdirSync(join(folder, `assembly-${stage}`));
    writeFileSync(join(folder, 'manifest.json'), manifest('pg-headroom-servers-3'));
    writeFileSync(join(folder, 'assembly-live', 'manifest.json'), manifest('live-pg-headroom-reporting'));
    writeFileSync(join(folder, 'assembly-broken', 'manifest.json'), '{');
    expect(stacksIn(folder)).toEqual(['live-pg-headroom-reporting', 'pg-headroom-servers-3']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a stack that is not declared any more is named with the command that deletes it', () => {
  const before = ['live-pg-headroom-servers-2', 'pg-headroom-reporting', 'pg-headroom-servers-3'];
  expect(vanishedTexts(before, ['pg-headroom-reporting'])).toEqual([
    expect.stringMatching(
      /^Not declared any more: stack live-pg-headroom-servers-2\. .* npm run deploy -- live --prune /,
    ),
    expect.stringMatching(
      /^Not declared any more: stack pg-headroom-servers-3\. .* npm run deploy -- --prune /,
    ),
  ]);
  expect(vanishedTexts(before, before)).toEqual([]);
});
