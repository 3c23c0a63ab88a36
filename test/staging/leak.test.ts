import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../support/postgres-server.ts';
import { waitUntil } from '../support/wait-until.ts';

let server: TestServer;
const started: ChildProcess[] = [];
beforeAll(async () => {
  server = await startServer({ version: 18, settings: { max_connections: 12 } });
  await server.query("CREATE ROLE leaker LOGIN PASSWORD 'leaker'");
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});
afterAll(() => server.stop());

function leak(...args: readonly string[]) {
  const child = spawn(process.execPath, ['test/staging/leak.ts', ...args], { stdio: 'pipe' });
  started.push(child);
  const said = { text: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (said.text += bytes));
  return { child, said };
}
const url = () => `postgres://leaker:leaker@127.0.0.1:${server.config().port}/postgres`;
const leaked = async () => {
  const rows = await server.query<{ pid: number }>(
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'pg-headroom-leak' AND state = 'idle' ORDER BY pid",
  );
  return rows.map(({ pid }) => pid);
};
const says = (said: { readonly text: string }, what: RegExp) =>
  waitUntil(() => what.test(said.text), { what: `the leak says ${what}, after ${said.text}` });

test('it holds idle sessions until the server refuses, tells which are ended, and leaves none behind', async () => {
  const { child, said } = leak('--url', url());
  await says(said, /^\d+ sessions held; then the server refused: .*slots are reserved/);
  const before = await leaked();
  expect(said.text).toMatch(new RegExp(`^${before.length} sessions held`));
  expect(before.length).toBeGreaterThan(5);

  await server.query('SELECT pg_terminate_backend($1)', [before[0]]);
  await says(said, new RegExp(`one ended \\(57P01\\), ${before.length - 1} left`));

  child.kill('SIGINT');
  await once(child, 'exit');
  await waitUntil(async () => (await leaked()).length === 0, { what: 'the leak leaves no session' });
});

test('it holds as many as it is told', async () => {
  const { said } = leak('--url', url(), '--sessions', '3');
  await says(said, /^3 sessions held\n/);
  expect(await leaked()).toHaveLength(3);
});

test.each([
  ['no URL', [], /^Leaks sessions on purpose/],
  ['a question', ['--help'], /^Leaks sessions on purpose/],
  ['no number', ['--url', 'postgres://a@localhost/b', '--sessions', 'all'], /^Leaks sessions on purpose/],
  ['half a URL', ['--url', 'postgres://a:secret'], /^The server's address has 2 problems/],
])('%s is answered by what it takes', async (_, args, what) => {
  const { child, said } = leak(...args);
  expect(await once(child, 'exit')).toEqual([2, null]);
  expect(said.text).toMatch(what);
  expect(said.text).not.toContain('secret');
});
