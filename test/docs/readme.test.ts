import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

test('is read in some minutes: 900 words at most', () => {
  expect(README.match(/\S+/g)?.length).toBeLessThanOrEqual(900);
});

test('says its status before anything else that a reader might act on', () => {
  expect(README.indexOf('not yet run on live AWS')).toBeGreaterThan(0);
  expect(README.indexOf('not yet run on live AWS')).toBeLessThan(README.indexOf('```'));
});

test('begins with the two commands that show it and pass its tests', () => {
  const [, first] = [...README.matchAll(/```sh\n([\s\S]+?)```/g)][0] ?? [];
  expect(first).toBe('npm ci && npm run demo\nnpm ci && npm test\n');
});

test('names scripts that there are', () => {
  const named = [...README.matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, name = '']) => name);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test('says what the import rules keep', () => {
  expect(README).toContain('What ends sessions imports no diagnosis, advice, incident or render');
});
