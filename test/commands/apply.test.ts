import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { interruptionText } from '../../functions/commands/interruptible-run.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { openIdle, type TestSession } from '../support/sessions.ts';
import { waitUntil } from '../support/wait-until.ts';
import { HAS_TERMINAL, runOnTerminal, type Step } from './on-terminal.ts';
import { runHeadroom } from './run-headroom.ts';

/** 15 slots, all of them leaked; until 80 % three have to go. */
const SETTINGS = { max_connections: 20, superuser_reserved_connections: 3, reserved_connections: 2 };
const POLICY = { relieve: { ladder: [{ state: 'idle', minAge: '10s' }] } };

let server: TestServer;
let headroom: Role;
let app: Role;
let leaked: readonly TestSession[] = [];
let folder: string;
let args: readonly string[];

const open = () => leaked.filter((session) => session.isOpen());

async function fill(): Promise<void> {
  const missing = Array.from({ length: 15 - open().length }, () =>
    openIdle(server, { role: app, application: 'billing-worker' }),
  );
  leaked = [...open(), ...(await Promise.all(missing))];
  await waitUntil(
    async () => {
      const [row] = await server.query<{ old: boolean }>(
        "SELECT bool_and(state_change < now() - interval '10.1 s') AS old FROM pg_stat_activity WHERE usename = 'app'",
      );
      return row?.old;
    },
    { what: 'all sessions were idle for 10 s', everyMs: 250 },
  );
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-apply-'));
  const policy = join(folder, 'policy.json');
  writeFileSync(policy, JSON.stringify(POLICY));
  server = await startServer({ version: 18, settings: SETTINGS });
  app = await createRole(server, 'app');
  headroom = await createLeastPrivilegeRole(server);
  const url = `postgres://${headroom.user}@${server.host}:${server.port}/postgres`;
  args = ['remediate', '--url', url, '--policy', policy, '--apply'];
  await fill();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const answered = (...steps: readonly Step[]) =>
  runOnTerminal(args, { environment: { PGPASSWORD: headroom.password, HOME: folder, NO_COLOR: '1' }, steps });

/** What a run may not leave behind: its session, and its lock. */
const leftBehind = () =>
  server.query(
    "SELECT pid FROM pg_stat_activity WHERE usename = 'headroom' UNION ALL SELECT pid FROM pg_locks WHERE locktype = 'advisory'",
  );

test('without a terminal, --apply needs --yes and connects to nothing', async () => {
  const { code, stdout, stderr } = await runHeadroom(args);
  expect(stderr).toContain('here is no terminal on which the command could ask: add --yes');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(open()).toHaveLength(15);
});

describe.runIf(HAS_TERMINAL)('on a terminal', () => {
  const question = 'End 3 sessions on 127.0.0.1';

  test.each([
    ['no', 'n\r'],
    ['anything else than yes', 'maybe\r'],
    ['only Enter', '\r'],
  ])('the victims are shown, and %s ends no session', async (_, keys) => {
    const { code, screen } = await answered({ shows: question, keys });
    expect(screen).toMatch(/To end: 3 sessions\s+pid +application/);
    expect(screen).toContain('No session was told to end.');
    expect(code).toBe(1);
    expect(open()).toHaveLength(15);
  });

  test('Ctrl-C at the question ends no session and leaves nothing behind', async () => {
    const { code } = await answered({ shows: question, keys: '\u0003' });
    expect(code).toBe(130);
    expect(open()).toHaveLength(15);
    expect(await leftBehind()).toEqual([]);
  });

  test('Ctrl-C in the run says what was done, and leaves nothing behind', async () => {
    const { code, screen } = await answered(
      { shows: question, keys: 'y\r' },
      { shows: 'to see which sessions take the freed slots', keys: '\u0003' },
    );
    expect(screen).toMatch(/Interrupted\.\s+3 sessions got the signal to end: \d+ \d+ \d+\./);
    expect(screen).toContain('slot and the lock against other runs are free');
    expect(code).toBe(130);
    await waitUntil(async () => (await leftBehind()).length === 0, { what: 'session and lock are gone' });
    await expect.poll(open).toHaveLength(12);
  });

  test('yes ends them', async () => {
    await fill();
    const { code, screen } = await answered({ shows: question, keys: 'yes\r' });
    expect(screen).toMatch(/outcome: recovered\s/);
    expect(code).toBe(0);
    await expect.poll(open).toHaveLength(12);
  });
});

describe('what is said after Ctrl-C', () => {
  test.each([
    [[], [], /^\s*Interrupted\.\nNo session was told to end\.\nOur session is closed/],
    [[11, 12], [], /\n2 sessions got the signal to end: 11 12\.\nNo other session was told to end\./],
    [[], [13], /\n1 attempt had no answer, so that it is not known whether the session ends: 13\.\n/],
    [[11], [13], /1 session got the signal to end: 11\.\n1 attempt had no answer/],
  ])('told %j, unanswered %j', (told, unanswered, expected) => {
    expect(interruptionText({ database: null, told, unanswered })).toMatch(expected);
  });
});
