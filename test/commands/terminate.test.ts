import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { NamedResult } from '../../functions/core/run/named-session.ts';
import type { Database } from '../../functions/remediate/ports.ts';
import { type NamedTermination, terminateNamed } from '../../functions/remediate/terminate-named.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { briskPorts } from '../support/runs.ts';
import { endAllSessions, expectNothingLeft } from '../support/server-state.ts';
import { openActive, openIdle, openIdleInTransaction, type TestSession } from '../support/sessions.ts';
import { openDatabase } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';
import { runHeadroom } from './run-headroom.ts';

let server: TestServer;
let headroom: Role;
let app: Role;

beforeAll(async () => {
  server = await startServer({ version: 18, settings: { max_connections: 60 } });
  headroom = await createLeastPrivilegeRole(server);
  app = await createRole(server, 'app');
});
afterAll(() => server.stop());
afterEach(async () => {
  await endAllSessions(server);
  await expectNothingLeft(server);
});

function terminate(pids: readonly (number | string)[], ...args: readonly string[]) {
  return terminateAs(headroom, pids, ...args);
}

function terminateAs(
  { user, password }: Role,
  pids: readonly (number | string)[],
  ...args: readonly string[]
) {
  const url = `postgres://${user}@127.0.0.1:${server.port}/postgres`;
  return runHeadroom(['terminate', ...pids.map(String), '--url', url, ...args], {
    environment: { PGPASSWORD: password },
  });
}

/** The same without the way round by a process, and with a hand in between. */
async function terminateWith(
  sessions: readonly TestSession[],
  change: (database: Database) => Database,
  address: { host: string; port: number } = server,
): Promise<NamedTermination> {
  const database = await openDatabase(address, headroom);
  try {
    const pids = sessions.map(({ pid }) => pid);
    return await terminateNamed({ pids, apply: true }, change(database), briskPorts(server, headroom));
  } finally {
    await database.close();
  }
}

const resultsOf = ({ sessions }: NamedTermination): readonly NamedResult[] =>
  sessions.map(({ result }) => result);

/** Does something between the look and the statement. */
function meanwhile(act: () => Promise<unknown>): (database: Database) => Database {
  return (database) => ({
    ...database,
    terminate: async (sessions) => {
      await act();
      return database.terminate(sessions);
    },
  });
}

describe('Named sessions', () => {
  test('are only shown without --apply', async () => {
    const idle = await openIdle(server, {
      role: app,
      application: 'billing-worker',
      statement: "SELECT 'secret'",
    });
    const { code, stdout } = await terminate([idle.pid]);
    expect(stdout).toContain('would end 1 of 1 session. Nothing was ended. Repeat with --apply to end them.');
    expect(stdout).toContain(`  ${idle.pid}  would end  billing-worker, app@postgres from 127.0.0.1\n`);
    expect(stdout).toMatch(/ {2}idle for \d+s, last: SELECT \?\n/);
    expect(stdout).not.toContain('secret');
    expect({ code, isOpen: idle.isOpen() }).toEqual({ code: 0, isOpen: true });
  });

  test('end in any state with --apply, and what that costs them is said', async () => {
    const idle = await openIdle(server, { role: app, application: 'web' });
    const active = await openActive(server, { role: app });
    const inTransaction = await openIdleInTransaction(server, { role: app });
    const bystander = await openIdle(server, { role: app });
    const named = [idle, active, inTransaction];
    const { code, stdout } = await terminate(
      [...named, idle].map(({ pid }) => pid),
      '--apply',
    );
    expect(stdout).toContain('ended 3 of 3 sessions.');
    expect(stdout).toContain('Its running statement was cancelled.');
    expect(stdout).toContain('Its open transaction was rolled back.');
    expect(code).toBe(0);
    expect(await Promise.all(named.map(({ ended }) => ended))).toEqual(['57P01', '57P01', '57P01']);
    expect(bystander.isOpen()).toBe(true);
  });

  test('that are protected stay, each with its reason, and the others end', async () => {
    const superuser = await openIdle(server, { role: server.superuser });
    const own = await openIdle(server, { role: headroom, application: 'pg-headroom' });
    const untracked = await openIdle(server, { role: await createRole(server, 'untracked') });
    await server.query('ALTER ROLE untracked SUPERUSER');
    await untracked.client.query('SET track_activities = off');
    await server.query('ALTER ROLE untracked NOSUPERUSER');
    const provider = await openIdle(server, { role: await createRole(server, 'rdsadmin') });
    const idle = await openIdle(server, { role: app });
    const [checkpointer] = await server.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'",
    );
    const protectedPids = [superuser, own, untracked, provider].map(({ pid }) => pid);
    const pids = [...protectedPids, checkpointer?.pid ?? 0, idle.pid];
    const { code, stdout } = await terminate(pids, '--apply', '--json');
    const { sessions } = JSON.parse(stdout) as { sessions: { result: string; protection: string | null }[] };
    expect(sessions.map(({ result, protection }) => protection ?? result)).toEqual([
      'superuser',
      'our own session',
      'track_activities is off',
      "the provider's role rdsadmin",
      'checkpointer, not a client',
      'terminated',
    ]);
    expect(code).toBe(1);
    expect([superuser, own, untracked, provider].every((session) => session.isOpen())).toBe(true);
  });

  test.each([
    ['pg_dump', "a server's own program"],
    ['postgres_fdw', "a server's own program"],
    ['Flyway by Redgate', 'backup, migration or monitoring'],
    ['postgres_exporter', 'backup, migration or monitoring'],
  ])('%s is known to the built-in protections and stays', async (application, protection) => {
    const known = await openIdle(server, { role: app, application });
    const { code, stdout } = await terminate([known.pid], '--apply');
    expect(stdout).toContain(`Protected: ${protection}.`);
    expect({ code, isOpen: known.isOpen() }).toEqual({ code: 1, isOpen: true });
  });

  test('that listen for notifications stay', async () => {
    const listener = await openIdle(server, { role: app, statement: 'LISTEN jobs' });
    const { code, stdout } = await terminate([listener.pid], '--apply');
    expect(stdout).toContain('Protected: listens for notifications.');
    expect({ code, isOpen: listener.isOpen() }).toEqual({ code: 1, isOpen: true });
  });

  test('that began or changed their state after the time of the list stay', async () => {
    const [same, woken] = [await openIdle(server, { role: app }), await openIdle(server, { role: app })];
    const [row] = await server.query<{ seen: string }>('SELECT clock_timestamp()::text AS seen');
    const later = await openIdle(server, { role: app });
    await woken.client.query('SELECT 1');
    const pids = [same, woken, later].map(({ pid }) => pid);
    const since = ['--unchanged-since', row?.seen ?? ''];
    const look = await terminate(pids, ...since);
    expect(look.stdout).toContain('would end 1 of 3 sessions');
    const { code, stdout } = await terminate(pids, ...since, '--apply');
    expect(stdout).toContain('ended 1 of 3 sessions.');
    expect(stdout.match(/It changed in the meantime, so it was left alone\./g)).toHaveLength(2);
    expect(await same.ended).toBe('57P01');
    expect({ code, isOpen: [woken.isOpen(), later.isOpen()] }).toEqual({ code: 1, isOpen: [true, true] });
  });

  test('that carry an ordinary role’s replication stay', async () => {
    const replicator = await createRole(server, 'replicator', 'REPLICATION');
    const walsender = await server.connect(replicator, { replication: 'database' } as object);
    const pid: unknown = Reflect.get(walsender, 'processID');
    const { code, stdout } = await terminate([Number(pid)], '--apply');
    await walsender.query('SELECT 1');
    expect(stdout).toContain('Protected: walsender, not a client.');
    expect(code).toBe(1);
  });

  test('that are gone already are no failure', async () => {
    const idle = await openIdle(server, { role: app });
    await idle.close();
    const { code, stdout } = await terminate([idle.pid], '--apply');
    expect(stdout).toContain(`${idle.pid}  no session  No session has this pid.`);
    expect(code).toBe(0);
  });

  test('stay when our role may not end them, and it is told where to learn why', async () => {
    const role = await createRole(server, 'looker', 'IN ROLE pg_read_all_stats');
    const idle = await openIdle(server, { role: app });
    const { code, stdout } = await terminateAs(role, [idle.pid], '--apply');
    expect(stdout).toContain('The server refused. headroom doctor says what our role lacks.');
    expect({ code, isOpen: idle.isOpen() }).toEqual({ code: 1, isOpen: true });
  });

  test('stay when our role cannot see them, which ends in exit code 3', async () => {
    const role = await createRole(server, 'blind', 'IN ROLE pg_signal_backend');
    const idle = await openIdle(server, { role: app });
    const { code, stdout, stderr } = await terminateAs(role, [idle.pid], '--apply');
    expect(stdout).toContain('Protected: hidden from our role.');
    expect(stderr).toContain('GRANT pg_read_all_stats TO "blind"');
    expect({ code, isOpen: idle.isOpen() }).toEqual({ code: 3, isOpen: true });
  });
});

describe('Between the look and the statement', () => {
  test('a session that moves on stays, and one that leaves is gone', async () => {
    const busy = await openIdle(server, { role: app });
    const leaving = await openIdle(server, { role: app });
    const idle = await openIdle(server, { role: app });
    const act = () => Promise.all([busy.client.query('SELECT 1'), leaving.close()]);
    const ended = await terminateWith([busy, leaving, idle], meanwhile(act));
    expect(resultsOf(ended)).toEqual(['changed', 'gone', 'terminated']);
    expect(busy.isOpen()).toBe(true);
  });

  test('a connection that breaks leaves the rest of its window unknown, and sends nothing after it', async () => {
    await using proxy = await startCuttingProxy(server);
    const sessions = await Promise.all(Array.from({ length: 40 }, () => openIdle(server, { role: app })));
    const cut = meanwhile(async () => proxy.cutAfter(20, 'rows'));
    const ended = await terminateWith(sessions, cut, proxy);
    expect(ended.problem).toMatchObject({ code: 'connection-lost' });
    expect(resultsOf(ended)).toEqual([...Array(32).fill('unknown'), ...Array(8).fill('not-tried')]);
    expect(sessions.slice(32).every((session) => session.isOpen())).toBe(true);
  });

  test('a session whose process is held up is still there', async () => {
    const held = await openIdle(server, { role: app });
    // Its client has the answer a moment before its process waits for the next statement.
    const waits = async () =>
      (
        await server.query("SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'ClientRead'", [
          held.pid,
        ])
      ).length === 1;
    await waitUntil(waits, { what: 'its process waited for its client' });
    process.kill(held.pid, 'SIGSTOP');
    try {
      expect(resultsOf(await terminateWith([held], (database) => database))).toEqual(['still-there']);
    } finally {
      process.kill(held.pid, 'SIGCONT');
    }
    expect(await held.ended).toBe('57P01');
  });
});

describe('What is no pid', () => {
  test.each(['0', '-1', '1.5', '0x10', '9007199254740992', 'abc', '11 12', ''])(
    '%j is refused',
    async (text) => {
      const { code, stdout, stderr } = await terminate(['4711', text]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('A pid is a whole number from 1 to 9007199254740991.');
    },
  );

  test('a time that is not in UTC is refused', async () => {
    const { code, stderr } = await terminate([4711], '--unchanged-since', '2026-11-21 01:05:12+02');
    expect(code).toBe(2);
    expect(stderr).toContain('A time is in UTC, as messages print it: 2026-11-21 01:05:12.345678+00.');
  });

  test('none at all is refused', async () => {
    const { code, stderr } = await terminate([]);
    expect(code).toBe(2);
    expect(stderr).toContain("missing required argument 'pid'");
  });
});
