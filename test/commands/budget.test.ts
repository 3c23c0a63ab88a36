import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordings } from '../incidents/recordings.ts';
import { runHeadroom } from './run-headroom.ts';

const budget = (pool: number, name = 'api') =>
  JSON.stringify({ servers: { db: { maxConnections: 53 } }, services: [{ name, replicas: 10, pool }] });
const run = (input: string, ...args: readonly string[]) => runHeadroom(['budget', '-', ...args], { input });

test('ends with 0 where everything fits, 1 where it does not, and 2 where it cannot be read', async () => {
  const [fits, breaks, unreadable, yaml] = await Promise.all([
    run(budget(5)),
    run(budget(6)),
    run('{ "services": [{}] }'),
    run('a: [b'),
  ]);
  expect([fits.code, breaks.code, unreadable.code, yaml.code]).toEqual([0, 1, 2, 2]);
  expect(fits.stdout).toContain('Fits: in the worst case every limit holds.');
  expect(breaks.stdout).toContain('Over budget: server db, 10 slots too many.');
  expect(unreadable.stderr).toContain('services[0].pool: missing');
  expect(yaml.stderr).toContain('expected JSON or YAML');
});

test('is JSON for programs and Markdown for people, in which a hostile name does nothing', async () => {
  const hostile = '`@team` | <img src=x> [x](http://evil) \u001b[31m';
  const [json, markdown] = await Promise.all([
    run(budget(6, hostile), '--json'),
    run(budget(6, hostile), '--markdown'),
  ]);
  const document = JSON.parse(json.stdout);
  expect(document).toMatchObject({ fits: false, lines: [{ pools: 10, pool: 6, largest: 5 }] });
  expect(json.stdout).not.toContain('\u001b');
  const outside = markdown.stdout.replaceAll(/`[^`]*`/g, '');
  expect(outside).not.toMatch(/@team|<img|evil/);
  expect(markdown.stdout).not.toContain('\u001b');
  // A bar in a name begins no cell.
  const [row] = markdown.stdout.split('\n').filter((line) => line.includes('| 60 |'));
  expect(row?.split(/(?<!\\)\|/)).toHaveLength(8);
});

test('refuses YAML whose aliases multiply', async () => {
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x]',
    ...[...'bcdefghi'].map(
      (name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[at]}`).join(', ')}]`,
    ),
  ];
  const { code, stderr } = await run(bomb.join('\n'));
  expect([code, stderr]).toEqual([2, expect.stringMatching(/alias/i)]);
});

test('takes slots and the peak from records, and leaves out those without sessions', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-budget-'));
  try {
    const [first] = recordings().filter(({ record }) => record.snapshot !== null);
    const record = { ...first?.record, server: 'orders' };
    writeFileSync(join(folder, 'whole.json'), JSON.stringify({ ...record, reduced: [] }));
    writeFileSync(join(folder, 'reduced.json'), JSON.stringify({ ...record, reduced: ['spared sessions'] }));
    const input = '{ "servers": { "orders": {} }, "services": [{ "name": "api", "pool": 1 }] }';
    const [whole, reduced] = await Promise.all(
      ['whole.json', 'reduced.json'].map((file) =>
        runHeadroom(['budget', '-', '--record', join(folder, file)], { input }),
      ),
    );
    expect([whole?.code, whole?.stdout]).toEqual([0, expect.stringContaining('The most seen of orders: ')]);
    expect([reduced?.code, reduced?.stderr]).toEqual([
      2,
      expect.stringMatching(/has no sessions and is left out[\s\S]*servers\.orders\.maxConnections: missing/),
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('waits for no pipe and reads no device that a compose file calls an env_file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-budget-'));
  try {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const compose = join(folder, 'compose.yaml');
    writeFileSync(compose, 'services: { api: { env_file: [pipe, /dev/zero] } }');
    const { code, stderr } = await runHeadroom(['budget', compose]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(
        'variables from env_file pipe and env_file /dev/zero, which the files do not hold',
      ),
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
