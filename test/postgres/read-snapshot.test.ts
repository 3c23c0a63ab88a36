import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { isHidden, type Session, takesSlot } from '../../functions/core/server/session.ts';
import type { Snapshot } from '../../functions/core/server/snapshot.ts';
import { type Role, startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { endAllSessions } from '../support/server-state.ts';
import { TIME, wrongFields } from '../support/session-fields.ts';
import {
  openAborted,
  openActive,
  openHolderOfAdvisoryLock,
  openIdle,
  openIdleInTransaction,
  openListener,
} from '../support/sessions.ts';
import { openDatabase } from '../support/targets.ts';

const LITERALS = ['hunter2', '4711', 'a"b@example.org', 'dollars'];
const STATEMENT = `SELECT 'hunter2', 4711, 'a"b@example.org', $$dollars$$ -- hunter2`;
/** Cut off by the server in the middle of the text. */
const LONG_STATEMENT = `SELECT length('${'hunter2 '.repeat(400)}')`;

describe.each(VERSIONS)('PostgreSQL %i', (version) => {
  let server: TestServer;
  let app: Role;
  let headroom: Role;

  beforeAll(async () => {
    const settings = {
      max_connections: 40,
      superuser_reserved_connections: 3,
      max_wal_senders: 4,
      ...(version >= 16 && { reserved_connections: 5 }),
    };
    server = await startServer({ version, settings });
    app = await createRole(server, 'app');
    headroom = await createLeastPrivilegeRole(server);
    await server.query('CREATE DATABASE elsewhere');
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    vi.useRealTimers();
    await endAllSessions(server);
  });

  /**
   * In a session of its own: the server ends ours after a few idle seconds, and a busy machine takes them. Whatever is
   * read keeps to the types of core, in every test.
   */
  const read = async (role: Role = headroom): Promise<Snapshot> => {
    const database = await openDatabase(server, role);
    try {
      const snapshot = await database.readSnapshot();
      expect(snapshot.sessions.flatMap(wrongFields)).toEqual([]);
      expect(snapshot.takenAt).toMatch(TIME);
      return snapshot;
    } finally {
      await database.close();
    }
  };
  const rowOf = async (pid: number): Promise<Session> => {
    const { sessions } = await read();
    const row = sessions.find((session) => session.pid === pid);
    if (row === undefined) throw new Error(`No row for pid ${pid}`);
    return row;
  };
  /** For what a session comes to only after the server has shown its state. */
  const eventually = (pid: number) => expect.poll(() => rowOf(pid), { timeout: 60_000, interval: 10 });

  /** A used session of the application, in the connected database. */
  const plain = {
    backendType: 'client backend',
    user: 'app',
    database: 'postgres',
    application: 'shop',
    address: '127.0.0.1',
    state: 'idle',
    transactionAgeMs: null,
    blockedBy: [],
    superuser: false,
    advisoryLock: false,
    temporaryTables: version >= 16 ? false : null,
  };
  const shop = () => ({ role: app, application: 'shop' });

  test('a connection that was never used is idle since it began', async () => {
    const session = await openIdle(server, shop());
    const row = await rowOf(session.pid);
    expect(row).toMatchObject({ ...plain, lastStatement: '', queryAgeMs: null });
    expect(row.stateAgeMs).toBeLessThan(60_000);
  });

  test('an idle session shows the shape of its last statement and none of its values', async () => {
    const sessions = [
      await openIdle(server, { ...shop(), statement: STATEMENT }),
      await openIdle(server, { ...shop(), statement: LONG_STATEMENT }),
    ];
    const rows = await Promise.all(sessions.map(({ pid }) => rowOf(pid)));
    expect(rows[0]).toMatchObject({ ...plain, lastStatement: 'SELECT ?, ?, ?, ?' });
    expect(rows[1]).toMatchObject({ ...plain, lastStatement: 'SELECT length(?' });
    const everything = JSON.stringify(await read());
    expect(LITERALS.filter((literal) => everything.includes(literal))).toEqual([]);
  });

  test('active, in transaction, aborted and listening sessions are told apart', async () => {
    const active = await openActive(server, shop());
    const open = await openIdleInTransaction(server, shop());
    const aborted = await openAborted(server, shop());
    const listener = await openListener(server, shop());
    const inTransaction = { transactionAgeMs: expect.any(Number) };
    await eventually(active.pid).toMatchObject({
      ...plain,
      ...inTransaction,
      state: 'active',
      waitEvent: 'PgSleep',
      lastStatement: 'SELECT pg_sleep(?)',
    });
    expect(await rowOf(open.pid)).toMatchObject({ ...plain, ...inTransaction, state: 'idle in transaction' });
    expect(await rowOf(aborted.pid)).toMatchObject({ ...plain, state: 'idle in transaction (aborted)' });
    const listening = { waitEvent: 'ClientRead', lastStatement: 'LISTEN news' };
    await eventually(listener.pid).toMatchObject({ ...plain, ...listening });
  });

  test('the holder of an advisory lock is known in every database, and so is a session that waits for it', async () => {
    const holder = await openHolderOfAdvisoryLock(server, shop());
    const elsewhere = await openHolderOfAdvisoryLock(server, { ...shop(), database: 'elsewhere' });
    const waiter = await openActive(server, { ...shop(), statement: 'SELECT pg_advisory_lock(1)' });
    expect(await rowOf(holder.pid)).toMatchObject({ ...plain, advisoryLock: true });
    expect(await rowOf(elsewhere.pid)).toMatchObject({
      ...plain,
      database: 'elsewhere',
      advisoryLock: true,
      temporaryTables: false,
    });
    await eventually(waiter.pid).toMatchObject({
      ...plain,
      state: 'active',
      waitEvent: 'advisory',
      blockedBy: [holder.pid],
      transactionAgeMs: expect.any(Number),
    });
  });

  test('the owner of a temporary table is known from 16 on, in the connected database', async () => {
    const statement = 'CREATE TEMPORARY TABLE scratch ()';
    // Its neighbours make gaps in the backends' numbers, which is where older servers name the wrong one.
    const neighbour = await openIdle(server, shop());
    const owner = await openIdle(server, { ...shop(), statement });
    await neighbour.close();
    const elsewhere = await openIdle(server, { ...shop(), database: 'elsewhere', statement });
    const bystander = await openIdle(server, shop());
    const facts = await Promise.all([owner, elsewhere, bystander].map(({ pid }) => rowOf(pid)));
    expect(facts.map(({ temporaryTables }) => temporaryTables)).toEqual(
      version >= 16 ? [true, false, false] : [null, false, null],
    );
  });

  test('walsenders and background processes are rows, and none of them takes a slot', async () => {
    const replication = { replication: 'database', application_name: 'standby' };
    const sender = await server.connect(server.superuser, replication);
    const { sessions } = await read();
    const others = sessions.filter((session) => !takesSlot(session));
    const types = others.map(({ backendType }) => backendType);
    expect(types).toEqual(expect.arrayContaining(['checkpointer', 'walwriter', 'walsender']));
    expect(others.find(({ backendType }) => backendType === 'checkpointer')).toMatchObject({
      user: null,
      database: null,
      application: '',
      address: '',
      state: null,
      stateAgeMs: null,
      superuser: null,
    });
    expect(others.find(({ backendType }) => backendType === 'walsender')).toMatchObject({
      application: 'standby',
      superuser: true,
    });
    await sender.end();
  });

  test('superusers, Unix sockets and sessions that are not tracked are recognised', async () => {
    const quiet = await createRole(server, 'quiet');
    await server.query('ALTER ROLE quiet SET track_activities = off');
    const superuser = await server.connect();
    const local = await server.connect(app, { host: server.folder });
    const untracked = await openIdle(server, { role: quiet, statement: 'SELECT 1' });
    const pidOf = async (client: typeof local) =>
      (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid;
    expect(await rowOf(await pidOf(superuser))).toMatchObject({ user: 'postgres', superuser: true });
    expect(await rowOf(await pidOf(local))).toMatchObject({ user: 'app', address: 'local', application: '' });
    expect(await rowOf(untracked.pid)).toMatchObject({
      state: 'disabled',
      stateChange: null,
      stateAgeMs: null,
      lastStatement: '',
    });
  });

  test('names arrive as they are: quotes, line breaks (up to 18), 63 bytes of Chinese', async () => {
    const database = '漢'.repeat(21);
    const application = `it's "x" <b>`;
    const lines = version < 19 ? '\nin two lines' : '\tin one line';
    const odd = await createRole(server, `a "quoted" 'user'${lines}; DROP`, 'CONNECTION LIMIT 7');
    await server.query(`CREATE DATABASE "${database}" CONNECTION LIMIT 9`);
    const session = await openIdle(server, { role: odd, database, application });
    expect(await rowOf(session.pid)).toMatchObject({ user: odd.user, database, application });
    const { slots } = await read();
    expect(slots.roles).toContainEqual({ name: odd.user, limit: 7 });
    expect(slots.databases).toEqual([{ name: database, limit: 9 }]);
  });

  test('limits are those that can refuse a client', async () => {
    const limited = await createRole(server, 'limited', 'CONNECTION LIMIT 4');
    await createRole(server, 'barred', 'CONNECTION LIMIT 0');
    const boss = await createRole(server, 'boss', 'SUPERUSER CONNECTION LIMIT 2');
    await createRole(server, 'absent', 'CONNECTION LIMIT 5');
    await server.query('CREATE ROLE only_a_group NOLOGIN CONNECTION LIMIT 3');
    for (const role of [limited, boss]) await openIdle(server, { role });
    const { slots } = await read();
    expect(slots.roles).toContainEqual({ name: 'limited', limit: 4 });
    const others = ['absent', 'barred', 'boss', 'only_a_group'];
    expect(slots.roles.filter(({ name }) => others.includes(name))).toEqual([]);
  });

  test('the capacity is what the server was started with', async () => {
    const { slots, server: facts, sessions, refusals } = await read();
    expect(slots).toMatchObject({
      max: 40,
      superuserReserved: 3,
      reserved: version >= 16 ? 5 : 0,
      providerReserved: 0,
      walSenders: 4,
    });
    expect(facts).toMatchObject({ flavor: 'postgresql', readsAllStats: true });
    expect(facts.version).toMatch(new RegExp(`^${version}(\\.|rc)`));
    const own = sessions.find(({ pid }) => pid === facts.ownPid);
    expect(own).toMatchObject({ user: 'headroom', application: 'pg-headroom' });
    expect(refusals).toEqual([]);
    const { roles, databases, ...counts } = slots;
    const numbers = [...Object.values(counts), ...[...roles, ...databases].map(({ limit }) => limit)];
    expect(numbers.filter((count) => !Number.isSafeInteger(count))).toEqual([]);
  });

  test('ages grow by the clock of the server, not by ours', async () => {
    const session = await openIdle(server, { ...shop(), statement: 'SELECT 1' });
    const look = async () => {
      const { takenAt, sessions } = await read();
      const row = sessions.find(({ pid }) => pid === session.pid);
      return { takenAt: Date.parse(takenAt), stateAge: row?.stateAgeMs ?? 0, queryAge: row?.queryAgeMs ?? 0 };
    };
    const before = await look();
    vi.useFakeTimers({ toFake: ['Date'], now: 0 });
    await server.query('SELECT pg_sleep(0.3)');
    const after = await look();
    const passed = after.takenAt - before.takenAt;
    expect(passed).toBeGreaterThanOrEqual(300);
    expect(Math.abs(after.stateAge - before.stateAge - passed)).toBeLessThan(250);
    expect(Math.abs(after.queryAge - before.queryAge - passed)).toBeLessThan(250);
    expect(before.stateAge).toBeLessThan(5_000);
  });

  test('no setting of our role changes what is read', async () => {
    const odd = await createLeastPrivilegeRole(server, 'oddly_set');
    const settings = {
      DateStyle: 'SQL, DMY',
      TimeZone: 'Asia/Kathmandu',
      IntervalStyle: 'sql_standard',
      extra_float_digits: '-15',
      bytea_output: 'escape',
      default_transaction_isolation: 'serializable',
      default_transaction_read_only: 'on',
      search_path: 'nowhere',
      idle_session_timeout: '0',
    };
    for (const [name, value] of Object.entries(settings))
      await server.query(`ALTER ROLE oddly_set SET ${name} = '${value}'`);
    const session = await openIdle(server, { ...shop(), statement: 'SELECT 1' });
    const [plainly, oddly] = [await read(), await read(odd)];
    const times = ({ sessions }: Snapshot) =>
      sessions
        .filter(({ pid }) => pid === session.pid)
        .map(({ backendStart, stateChange }) => [backendStart, stateChange]);
    expect(times(oddly)).toEqual(times(plainly));
  });

  test('a role without pg_read_all_stats knows that it is blind', async () => {
    const session = await openIdle(server, { ...shop(), statement: STATEMENT });
    const snapshot = await read(await createRole(server, 'blind'));
    expect(snapshot.server.readsAllStats).toBe(false);
    const row = snapshot.sessions.find(({ pid }) => pid === session.pid);
    expect(row && isHidden(row)).toBe(true);
    expect(row).toMatchObject({
      user: 'app',
      application: 'shop',
      state: null,
      stateAgeMs: null,
      address: '',
    });
  });
});
