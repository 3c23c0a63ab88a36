import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { adviseOn } from '../../functions/core/advice/advise.ts';
import { CASES } from '../core/advice/cases.ts';
import { systemUser } from '../support/postgres-binaries.ts';
import { waitUntil } from '../support/wait-until.ts';

const PROGRAM = '/usr/sbin/pgbouncer';
const CONFIGURATIONS = Object.entries(CASES).flatMap(([name, { record, diagnosis }]) =>
  adviseOn(record, diagnosis).flatMap(({ paste }) =>
    paste?.language === 'ini' ? [[name, paste.lines] as const] : [],
  ),
);
/** In the console durations are seconds, as they are in the file. */
const asShown = (lines: readonly string[]) =>
  Object.fromEntries(lines.filter((line) => !line.startsWith('[')).map((line) => line.split(' = ')));

/** PgBouncer with the advised lines as they are, and what it needs besides to be asked; it opens no session by itself. */
async function startWith(lines: readonly string[]): Promise<Client> {
  const user = await systemUser();
  const folder = mkdtempSync(join(tmpdir(), 'headroom-advised-'));
  const port = 15_000 + Math.floor(Math.random() * 2_000);
  const rest = ['listen_addr = 127.0.0.1', `listen_port = ${port}`, 'unix_socket_dir =', 'auth_type = any'];
  const text = ['[databases]', '* = host=127.0.0.1 port=1 user=app', ...lines, ...rest, ''].join('\n');
  writeFileSync(join(folder, 'pgbouncer.ini'), text);
  if (user.uid !== undefined) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
  const child = spawn(PROGRAM, ['pgbouncer.ini'], { ...user, cwd: folder, stdio: 'ignore' });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  const console = await waitUntil(
    () => {
      if (child.exitCode !== null) throw new Error(`PgBouncer ended with ${child.exitCode}`);
      return consoleAt(port);
    },
    { what: 'PgBouncer answered' },
  );
  onTestFinished(() => console?.end());
  return console as Client;
}

async function consoleAt(port: number): Promise<Client | null> {
  const client = new Client({ host: '127.0.0.1', port, user: 'app', database: 'pgbouncer' });
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch {
    return null;
  }
}

test('a pooler is advised for several incidents, in more than one size', () => {
  const sizes = new Set(CONFIGURATIONS.map(([, lines]) => asShown(lines).default_pool_size));
  expect(CONFIGURATIONS.length).toBeGreaterThanOrEqual(5);
  expect(sizes.size).toBeGreaterThanOrEqual(3);
});

describe.skipIf(!existsSync(PROGRAM))(`PgBouncer (skipped where ${PROGRAM} is missing)`, () => {
  test.each(CONFIGURATIONS)('takes what is advised for %s', async (_, lines) => {
    const console = await startWith(lines);
    const { rows } = await console.query<{ key: string; value: string }>('SHOW CONFIG');
    const shown = Object.fromEntries(rows.map(({ key, value }) => [key, value]));
    expect(shown).toMatchObject(asShown(lines));
  });
});
