import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const bench = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['test/bench/bench.ts', ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

test('a benchmark is run by its name, and prints its figures', () => {
  const { status, stdout, stderr } = bench('load', '1');
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^## load\n/);
  expect(stdout).toMatch(/\| *remediate[^|]*\| *[\d.]+/);
});

test('a name that is none, and a number that is none, are refused before anything is measured', () => {
  expect(bench('loda')).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining('there are terminate, race'),
  });
  expect(bench('load', '0')).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining('whole numbers from 1'),
  });
});
