import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startHost } from '../incidents/hosts.ts';
import { advisedNow, copyNothing, pasted } from '../support/by-hand.ts';
import { emulateGauss, pidOn } from '../support/gauss-shim.ts';
import { type Role, startServer, type TestServer, wanted } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { endAllSessions } from '../support/server-state.ts';
import {
  openActive,
  openIdle,
  openIdleInTransaction,
  openListener,
  openMany,
  type TestSession,
} from '../support/sessions.ts';
import { waitUntil } from '../support/wait-until.ts';

describe.each(wanted([14, 16, 18]))('what advice ends or cancels by hand on PostgreSQL %i', (version) => {
  let server: TestServer;
  let headroom: Role;
  let app: Role;
  beforeAll(async () => {
    server = await startServer({
      version,
      settings: { max_prepared_transactions: 2, max_connections: 60 },
    });
    headroom = await createLeastPrivilegeRole(server);
    app = await createRole(server, 'app');
    await server.query('CREATE TABLE stock AS SELECT 1 AS id, 0 AS amount');
    await server.query('ALTER TABLE stock OWNER TO app');
  });
  afterAll(() => server.stop());
  afterEach(() => endAllSessions(server));

  const update = 'UPDATE stock SET amount = amount + 1';
  const ask = (text: string) => server.query(text);
  const idle = (application: string) => openIdle(server, { role: app, application });
  const stillOpen = (sessions: readonly (TestSession | undefined)[]) =>
    sessions.map((each) => each?.isOpen());

  test('idle sessions: those that are listed, none that woke up, listens, dumps or came later', async () => {
    const leaked = await openMany(3, () => idle('leak'));
    const spared = [
      await openListener(server, { role: app, application: 'leak' }),
      await openIdle(server, { role: app, application: 'pg_dump' }),
      await openIdle(server, { role: app, application: 'postgres_fdw' }),
      await openIdle(server, { role: server.superuser, application: 'dba' }),
    ];
    const [look, act] = await advisedNow(server, headroom, 'connection-leak');
    expect(look?.text).toMatch(/^Look at these 3 idle sessions of .* \(seen at \d\d:\d\d:\d\d UTC\):$/);
    expect(act?.text).toMatch(/end exactly these 3 sessions\. That frees 3 slots/);
    const [gone, woken, still] = leaked;
    await woken?.client.query('SELECT 1');
    const later = await idle('leak');
    const lines = act?.paste?.lines.map((line) => line.replace(`(${still?.pid},`, `(${later.pid},`)) ?? [];
    const { shown, done } = await pasted(
      [...(look ? [look] : []), ...(act ? [{ ...act, paste: { language: 'sql' as const, lines } }] : [])],
      ask,
    );
    expect(shown).toHaveLength(3);
    expect(done).toEqual([{ pid: gone?.pid, pg_terminate_backend: true }]);
    expect(await gone?.ended).toBe('57P01');
    expect(stillOpen([woken, still, later, ...spared])).toEqual(Array(7).fill(true));
  });

  test('a session that woke up stays, also for a person whose client keeps a transaction open', async () => {
    const [woken, still] = await openMany(2, () => idle('leak'));
    const [look, act] = await advisedNow(server, headroom, 'connection-leak');
    const person = await server.connect();
    const ask = async (text: string) => (await person.query(text)).rows;
    await ask('BEGIN');
    await pasted(look ? [look] : [], ask);
    await woken?.client.query('BEGIN');
    const { done } = await pasted(act ? [{ text: '', to: 'operator' }, act] : [], ask);
    await ask('COMMIT');
    expect(done).toEqual([{ pid: still?.pid, pg_terminate_backend: true }]);
    expect(woken?.isOpen()).toBe(true);
  });

  test('in a database whose owner has a schema before pg_catalog, nothing of that owner runs', async () => {
    const leaked = await openMany(2, () => idle('leak'));
    const advice = await advisedNow(server, headroom, 'connection-leak');
    const spring = "LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the trap was run'; END $$";
    await server.query('CREATE SCHEMA trap');
    await server.query(`CREATE FUNCTION trap."left"(text, int) RETURNS text ${spring}`);
    await server.query(`CREATE FUNCTION trap.same(int, int) RETURNS boolean ${spring}`);
    await server.query('CREATE OPERATOR trap.= (LEFTARG = int, RIGHTARG = int, FUNCTION = trap.same)');
    const person = await server.connect(server.superuser, { options: '-c search_path=trap,pg_catalog' });
    const ask = async (text: string) => (await person.query(text)).rows;
    const { shown, done } = await pasted(advice, ask);
    await server.query('DROP SCHEMA trap CASCADE');
    expect(shown).toHaveLength(2);
    expect(done).toHaveLength(2);
    expect(await Promise.all(leaked.map(({ ended }) => ended))).toEqual(['57P01', '57P01']);
  });

  test('sessions of a superuser: a superuser can end them, our role cannot', async () => {
    const sessions = await openMany(3, () =>
      openIdle(server, { role: server.superuser, application: 'shop' }),
    );
    const advice = await advisedNow(server, headroom, 'connection-leak');
    expect(advice[1]?.text).toContain('Only a superuser can.');
    const [woken, ...listed] = sessions;
    await woken?.client.query('SELECT 1');
    const ours = await server.connect(headroom);
    await expect(pasted(advice, async (text) => (await ours.query(text)).rows)).rejects.toMatchObject({
      code: '42501',
    });
    const { done } = await pasted(advice, ask);
    expect(done).toHaveLength(2);
    expect(await Promise.all(listed.map(({ ended }) => ended))).toEqual(['57P01', '57P01']);
    expect(woken?.isOpen()).toBe(true);
  });

  test('the longest statements are cancelled and keep their sessions, the next ones run on', async () => {
    const sessions = await openMany(4, () => openActive(server, { role: app, application: 'report' }));
    const dump = await openActive(server, { role: app, application: 'pg_dump' });
    const advice = await advisedNow(server, headroom, 'slow-queries');
    const { shown, done } = await pasted(advice, ask);
    expect([shown.length, done.length]).toEqual([3, 3]);
    const isActive = async () =>
      (await ask("SELECT FROM pg_stat_activity WHERE query ~ 'pg_sleep.36'")).length;
    await waitUntil(
      async () =>
        (
          await ask(
            "SELECT FROM pg_stat_activity WHERE state = 'active' AND application_name IN ('report', 'pg_dump')",
          )
        ).length === 2,
      { what: 'three statements were cancelled' },
    );
    expect(await isActive()).toBeGreaterThan(0);
    expect(stillOpen([...sessions, dump])).toEqual(Array(5).fill(true));
  });

  test('open transactions end, and one that went on stays', async () => {
    const [left, woken] = await openMany(2, () => openIdleInTransaction(server, { role: app }));
    const advice = await advisedNow(server, headroom, 'idle-in-transaction');
    await woken?.client.query('SELECT 2');
    expect((await pasted(advice, ask)).done).toEqual([{ pid: left?.pid, pg_terminate_backend: true }]);
    expect(await left?.ended).toBe('57P01');
    expect(woken?.isOpen()).toBe(true);
  });

  test('COPY FROM STDIN without input: a cancel does not free it, the printed end does', async () => {
    const [loader, bystander] = await openMany(2, () => idle('loader'));
    if (loader === undefined) throw new Error('No session');
    copyNothing(loader.client, 'stock');
    const owes = async () =>
      (
        await ask(
          `SELECT FROM pg_stat_activity WHERE pid = ${loader.pid} AND state = 'active' AND wait_event = 'ClientRead'`,
        )
      ).length === 1;
    await waitUntil(owes, { what: 'the COPY waited for input' });
    const advice = await advisedNow(server, headroom, 'clients-owe-input');
    expect(await ask(`SELECT pg_cancel_backend(${loader.pid})`)).toEqual([{ pg_cancel_backend: true }]);
    await sleep(500);
    expect(await owes()).toBe(true);
    expect((await pasted(advice, ask)).done).toEqual([{ pid: loader.pid, pg_terminate_backend: true }]);
    expect(bystander?.isOpen()).toBe(true);
  });

  test('answers that nobody takes: the printed end reaches the session', async () => {
    await using host = await startHost(server, '127.0.77.1');
    const reader = await server.connect(app, { host: host.host, port: host.port });
    const ended = reader.query("SELECT repeat('x', 1000) FROM generate_series(1, 200000)").catch(() => {});
    host.holdAnswers();
    const stuck = async () =>
      (await ask("SELECT pid FROM pg_stat_activity WHERE usename = 'app' AND wait_event = 'ClientWrite'"))
        .length === 1;
    const isStuck = async () => {
      if (!(await stuck())) return false;
      await sleep(700);
      return stuck();
    };
    await waitUntil(isStuck, { what: 'an answer was not taken' });
    const advice = await advisedNow(server, headroom, 'dead-clients');
    expect(advice[0]?.text).toContain('a cancel may do nothing there');
    expect((await pasted(advice, ask)).done).toMatchObject([{ pg_terminate_backend: true }]);
    await waitUntil(async () => !(await stuck()), { what: 'the session ended' });
    reader.on('error', () => {});
    void ended;
  });

  test('COMMITs that wait for a standby are not cancelled, and go on when it is taken out', async () => {
    await ask("ALTER SYSTEM SET synchronous_standby_names = 'gone'");
    await ask('SELECT pg_reload_conf()');
    const writer = await idle('writer');
    const isSet = async () =>
      (await writer.client.query('SHOW synchronous_standby_names')).rows[0]?.synchronous_standby_names ===
      'gone';
    await waitUntil(isSet, { what: 'a standby was asked for' });
    await writer.client.query('SET synchronous_commit = on');
    const written = writer.client.query(update);
    await waitUntil(
      async () => (await ask("SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'")).length === 1,
      {
        what: 'the COMMIT waited',
      },
    );
    const advice = await advisedNow(server, headroom, 'slow-queries');
    expect(advice.map(({ text }) => text)).toEqual([expect.stringContaining('Do not cancel them')]);
    expect((await pasted(advice, ask)).shown).toEqual([{ synchronous_standby_names: 'gone' }]);
    await ask('ALTER SYSTEM RESET synchronous_standby_names');
    await ask('SELECT pg_reload_conf()');
    await written;
  });

  test.runIf(version < 18)('GaussDB has its own form: it reaches exactly the listed sessions', async () => {
    for (const kind of ['thread-pool', 'dws'] as const) {
      const place = await emulateGauss(server, kind, 'none');
      const options = { role: app, application: 'leak', database: place.database ?? '' };
      const [gone, woken] = await openMany(2, () => openIdle(server, options));
      const advice = await advisedNow(place, headroom, 'connection-leak');
      await woken?.client.query('SELECT 1');
      const admin = await server.connect(server.superuser, { database: place.database ?? '' });
      const { done } = await pasted(advice, async (text) => (await admin.query(text)).rows);
      expect(done).toHaveLength(1);
      expect(await gone?.ended).toBe('57P01');
      expect(woken?.isOpen()).toBe(true);
      expect(pidOn(kind, gone?.pid ?? 0)).toBeGreaterThan(0);
      await endAllSessions(server);
    }
  });
});
