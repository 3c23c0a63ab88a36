import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parsePolicy } from '../../functions/core/policy/parse-policy.ts';
import type { Session } from '../../functions/core/server/session.ts';
import type { Database } from '../../functions/remediate/ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { type Role, startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { aRequest, briskPorts, withDatabase } from '../support/runs.ts';
import { endAllSessions, expectAlive } from '../support/server-state.ts';
import {
  openActive,
  openIdle,
  openIdleInTransaction,
  openMany,
  type TestSession,
} from '../support/sessions.ts';
import { openDatabase } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';

const { relieve, ...policy } = parsePolicy({
  mode: 'enforce',
  relieve: { when: { usedPercent: 2 }, until: { usedPercent: 1 } },
  limits: { maxPercent: 100, keepPerGroup: 0 },
});
/** Under pressure with three sessions, which may all go at once. */
const EVERYBODY = { ...policy, relieve: { ...relieve, ladder: [{ state: 'idle', minAgeMs: 0 }] } } as const;

describe.each(VERSIONS)('PostgreSQL %i', (version) => {
  let server: TestServer;
  let app: Role;
  let headroom: Role;

  beforeAll(async () => {
    server = await startServer({ version, settings: { max_connections: 60 } });
    app = await createRole(server, 'app');
    headroom = await createLeastPrivilegeRole(server);
  });
  afterAll(() => server.stop());
  afterEach(() => endAllSessions(server));

  const ours = (role = headroom) => openDatabase(server, role);
  const openApp = (count: number) => openMany(count, () => openIdle(server, { role: app }));

  /** The sessions as the server shows them, in the order asked for. */
  const rowsOf = async (database: Database, pids: readonly number[]): Promise<readonly Session[]> => {
    const { sessions } = await database.readSnapshot();
    return pids.map((pid) => {
      const row = sessions.find((session) => session.pid === pid);
      if (row === undefined) throw new Error(`No row for pid ${pid}`);
      return row;
    });
  };
  const rowOf = async (database: Database, { pid }: TestSession): Promise<Session> => {
    const [row] = await rowsOf(database, [pid]);
    if (row === undefined) throw new Error(`No row for pid ${pid}`);
    return row;
  };
  const isThere = async (pid: number) =>
    (await server.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).length === 1;
  const ownSessions = () =>
    server.query("SELECT pid FROM pg_stat_activity WHERE application_name = 'pg-headroom'");

  test('idle sessions are signalled, and their clients are told 57P01', async () => {
    const database = await ours();
    const sessions = await openApp(40);
    const rows = await rowsOf(
      database,
      sessions.map(({ pid }) => pid),
    );
    expect(await database.terminate(rows)).toEqual(Array(40).fill('signalled'));
    const codes = await Promise.all(sessions.map(({ ended }) => ended));
    expect(codes).toEqual(Array(40).fill('57P01'));
  });

  test('an idle transaction and an aborted one are signalled when that is the state they were seen in', async () => {
    const database = await ours();
    const session = await openIdleInTransaction(server, { role: app });
    const row = await rowOf(database, session);
    expect(await database.terminate([{ ...row, state: 'idle' }])).toEqual(['no-match']);
    expect(await database.terminate([row])).toEqual(['signalled']);
    expect(await session.ended).toBe('57P01');
  });

  test('an idle session whose client reads nothing, so that the server waits to write, is signalled', async () => {
    const database = await ours();
    const session = await openIdle(server, { role: app, statement: 'LISTEN orders' });
    const { stream } = session.client.connection;
    stream.pause();
    // A client that reads nothing would not notice its end.
    onTestFinished(() => void stream.resume());
    // While the buffers in between fill, it waits for moments only.
    let timesSeen = 0;
    const isStuck = async () => {
      const payload = "repeat('x', 7000) || at";
      await server.query(`SELECT pg_notify('orders', ${payload}) FROM generate_series(1, 200) AS at`);
      const text =
        "SELECT FROM pg_stat_activity WHERE pid = $1 AND state = 'idle' AND wait_event = 'ClientWrite'";
      timesSeen = (await server.query(text, [session.pid])).length === 1 ? timesSeen + 1 : 0;
      return timesSeen === 5;
    };
    await waitUntil(isStuck, { what: 'the server waited for its client to read' });
    expect(await database.terminate([await rowOf(database, session)])).toEqual(['signalled']);
    await waitUntil(async () => !(await isThere(session.pid)), { what: 'the session was gone' });
  });

  test.each<[string, (session: TestSession) => Promise<unknown>]>([
    ['is busy again', ({ client }) => busy(client.query('SELECT pg_sleep(3600)'))],
    ['ran a statement since', ({ client }) => client.query('SELECT 1')],
    ['began a transaction since', ({ client }) => client.query('BEGIN')],
  ])('a session that %s is let go', async (_, wakeUp) => {
    const database = await ours();
    const session = await openIdle(server, { role: app });
    const row = await rowOf(database, session);
    await wakeUp(session);
    const changed = async () => (await rowOf(database, session)).stateChange !== row.stateChange;
    await waitUntil(changed, { what: 'the server showed the change' });
    expect(await database.terminate([row])).toEqual(['no-match']);
    await expectAlive(server, [session]);
  });

  test('a session that left is no match, nor is a stranger under its pid', async () => {
    const database = await ours();
    const left = await openIdle(server, { role: app });
    const stranger = await openIdle(server, { role: app });
    const [leftRow, strangerRow] = [await rowOf(database, left), await rowOf(database, stranger)];
    await left.close();
    await waitUntil(async () => !(await isThere(left.pid)), { what: 'the session was gone' });
    const reused = { ...strangerRow, backendStart: leftRow.backendStart };
    const oneOff = { ...strangerRow, stateChange: await microsecondLater(strangerRow.stateChange) };
    const results = await database.terminate([leftRow, reused, oneOff]);
    expect(results).toEqual(['no-match', 'no-match', 'no-match']);
    await expectAlive(server, [stranger]);
  });

  test('an active session is never hit, whatever state it is said to be in', async () => {
    const database = await ours();
    const session = await openActive(server, { role: app });
    const row = await rowOf(database, session);
    const said = ['idle', 'idle in transaction', 'disabled', null];
    const results = await database.terminate(said.map((state) => ({ ...row, state })));
    expect(results).toEqual(said.map(() => 'no-match'));
    await expectAlive(server, [session]);
  });

  test("a superuser's session among the victims spoils nothing", async () => {
    const database = await ours();
    const [before, superusers, after] = [
      await openIdle(server, { role: app }),
      await openIdle(server, { role: server.superuser }),
      await openIdle(server, { role: app }),
    ];
    const rows = await rowsOf(database, [before.pid, superusers.pid, after.pid]);
    expect(await database.terminate(rows)).toEqual(['signalled', 'forbidden', 'signalled']);
    expect(await Promise.all([before.ended, after.ended])).toEqual(['57P01', '57P01']);
    await expectAlive(server, [superusers]);
  });

  test('in a run, a session whose role becomes a superuser after the snapshot is refused, and those around it end', async () => {
    const late = await createRole(server, 'late');
    const roles = [app, late, app];
    const sessions = await openMany(3, (at) =>
      openIdle(server, { role: roles[at] ?? app, application: ['alpha', 'beta', 'gamma'][at] ?? '' }),
    );
    const ports = withDatabase(briskPorts(server, headroom), (database) => ({
      ...database,
      terminate: async (victims) => {
        await server.query('ALTER ROLE late SUPERUSER');
        return database.terminate(victims);
      },
    }));
    const { attempts } = await remediate(aRequest({ policy: EVERYBODY }), ports);
    expect(attempts.map(({ pid }) => pid)).toEqual(sessions.map(({ pid }) => pid));
    expect(attempts.map(({ result }) => result)).toEqual(['terminated', 'forbidden', 'terminated']);
    await expectAlive(server, sessions.slice(1, 2));
  });

  test('without pg_signal_backend everything is forbidden, but for roles that ours is a member of', async () => {
    const seeing = await createRole(server, 'seeing');
    await server.query('CREATE ROLE team_member LOGIN');
    await server.query('GRANT pg_read_all_stats, team_member TO seeing');
    await server.query(`ALTER ROLE team_member PASSWORD 'team'`);
    const database = await ours(seeing);
    const others = await openApp(2);
    const member = await openIdle(server, { role: { user: 'team_member', password: 'team' } });
    const pids = [...others.map(({ pid }) => pid), member.pid];
    const results = await database.terminate(await rowsOf(database, pids));
    expect(results).toEqual(['forbidden', 'forbidden', 'signalled']);
    expect(await member.ended).toBe('57P01');
    await expectAlive(server, others);
  });

  test('times reach the guard to the microsecond, whatever our role makes of dates', async () => {
    const odd = await createLeastPrivilegeRole(server, 'oddly_set');
    await server.query(`ALTER ROLE oddly_set SET DateStyle = 'German, DMY'`);
    await server.query(`ALTER ROLE oddly_set SET TimeZone = 'Asia/Kathmandu'`);
    const database = await ours(odd);
    const session = await openIdle(server, { role: app, statement: 'SELECT 1' });
    expect(await database.terminate([await rowOf(database, session)])).toEqual(['signalled']);
    expect(await session.ended).toBe('57P01');
  });

  test('when the connection breaks in the middle, what has no answer is unknown', async () => {
    await using proxy = await startCuttingProxy(server);
    const database = await openDatabase(proxy, headroom);
    const sessions = await openApp(8);
    const pids = sessions.map(({ pid }) => pid);
    const rows = await rowsOf(database, pids);
    proxy.cutAfter(3, 'rows');
    const results = await database.terminate(rows);
    expect(results).toEqual([...Array(3).fill('signalled'), ...Array(5).fill('unknown')]);
    expect(await Promise.all(sessions.slice(0, 3).map(({ ended }) => ended))).toEqual(Array(3).fill('57P01'));
    expect(await database.terminate(rows)).toEqual(Array(8).fill('unknown'));
    await expect(database.readSnapshot()).rejects.toMatchObject({ code: 'connection-lost' });
  });

  test('when a statement for several is cancelled, as by its timeout on a slow server, each gets a statement of its own', async () => {
    const database = await ours();
    const sessions = await openApp(5);
    const rows = await rowsOf(
      database,
      sessions.map(({ pid }) => pid),
    );
    const results = await struckWhileWaiting('pg_cancel_backend', () => database.terminate(rows));
    expect(results).toEqual(Array(5).fill('signalled'));
    expect(await Promise.all(sessions.map(({ ended }) => ended))).toEqual(Array(5).fill('57P01'));
  });

  test('when our session is ended while a window waits, every result is unknown and no session has ended', async () => {
    const database = await ours();
    const sessions = await openApp(5);
    const pids = sessions.map(({ pid }) => pid);
    const rows = await rowsOf(database, pids);
    const results = await struckWhileWaiting('pg_terminate_backend', () => database.terminate(rows));
    expect(results).toEqual(Array(5).fill('unknown'));
    await expectAlive(server, sessions);
  });

  test('one session at a time has the lock, and closing leaves neither session nor lock', async () => {
    const database = await ours();
    expect(await database.tryLock()).toMatchObject({ locked: true, holders: [] });
    const other = await ours();
    expect(await other.tryLock()).toMatchObject({ locked: false, holders: [{ isRun: true }] });
    await database.close();
    expect(await other.tryLock()).toMatchObject({ locked: true, holders: [] });
    await other.close();
    await database.close();
    expect(await ownSessions()).toEqual([]);
    expect(await server.query("SELECT FROM pg_locks WHERE locktype = 'advisory'")).toEqual([]);
  });

  test('closing does not wait for a server that hangs', async () => {
    const database = await ours();
    const [own] = await ownSessions();
    process.kill(own?.pid, 'SIGSTOP');
    const startedAt = performance.now();
    await database.close();
    process.kill(own?.pid, 'SIGCONT');
    expect(performance.now() - startedAt).toBeLessThan(30_000);
    await waitUntil(async () => (await ownSessions()).length === 0, { what: 'our session was gone' });
  });

  /** The first guarded statement of a session has to look its function up, and waits for this lock. */
  async function struckWhileWaiting<T>(strike: string, act: () => Promise<T>): Promise<T> {
    const [own] = await ownSessions();
    const superuser = await server.connect();
    await superuser.query('BEGIN');
    await superuser.query('LOCK TABLE pg_catalog.pg_proc');
    try {
      const result = act();
      const waits = async () => {
        const text = 'SELECT FROM pg_catalog.pg_locks WHERE pid = $1 AND NOT granted';
        return (await superuser.query(text, [own?.pid])).rowCount === 1;
      };
      await waitUntil(waits, { what: 'our session waited' });
      await superuser.query(`SELECT pg_catalog.${strike}($1)`, [own?.pid]);
      await superuser.query('ROLLBACK');
      return await result;
    } finally {
      await superuser.end();
    }
  }

  async function microsecondLater(time: string | null): Promise<string> {
    const text = `SELECT to_char(($1::timestamptz + '1 microsecond') AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00') AS t`;
    const [row] = await server.query<{ t: string }>(text, [time]);
    return row?.t ?? '';
  }
});

/** Sent, not waited for: the session's end will be its answer. */
async function busy(statement: Promise<unknown>): Promise<void> {
  statement.catch(() => {});
}
