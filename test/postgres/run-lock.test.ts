import type { Client, ClientConfig } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { LockAttempt } from '../../functions/core/run/lock-sight.ts';
import { tryRunLock } from '../../functions/postgres/connection/try-run-lock.ts';
import { type Role, startServer, type TestServer, wanted } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { waitUntil } from '../support/wait-until.ts';

/** "pghr" in ASCII: the class of our locks, and the only key of the version before. */
const CLASS = 0x70676872;
const FORMER = `SELECT pg_try_advisory_lock(${CLASS}) AS locked`;
const NOBODY_KNOWS = `SELECT pg_advisory_lock(${CLASS}, 4711)`;
const OUR_NAME = { application_name: 'pg-headroom' };

type Roles = Readonly<Record<'headroom' | 'colleague' | 'bystander' | 'app' | 'blind', Role>>;

describe.each(wanted([14, 16, 18]))('The lock of a run on PostgreSQL %i', (version) => {
  let server: TestServer;
  let roles: Roles;
  const clients: Client[] = [];

  beforeAll(async () => {
    server = await startServer({ version, settings: { max_prepared_transactions: 2 } });
    const bystander = await createRole(server, 'bystander', 'NOINHERIT');
    roles = {
      headroom: await createLeastPrivilegeRole(server),
      colleague: await createRole(server, 'colleague'),
      bystander,
      app: await createRole(server, 'app'),
      blind: await createRole(server, 'blind'),
    };
    await server.query('GRANT pg_signal_backend TO colleague, bystander, blind');
    await server.query('CREATE DATABASE other');
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()));
  });

  const connect = async (role: Role, more: ClientConfig = {}) => {
    const client = await server.connect(role, more);
    clients.push(client);
    return client;
  };
  const tryAs = async (role: Role, more: ClientConfig = {}) => {
    const client = await connect(role, { ...OUR_NAME, ...more });
    const lock = () => tryRunLock(async (text) => (await client.query(text)).rows);
    return { client, lock };
  };
  const locks = async () => (await server.query("SELECT FROM pg_locks WHERE locktype = 'advisory'")).length;

  test('is taken where no session has it, and another run sees it and leaves nothing locked', async () => {
    const one = await tryAs(roles.headroom);
    expect(await one.lock()).toEqual({ locked: true, total: 0, holders: [] });
    const held = await locks();
    const other = await tryAs(roles.headroom, { database: 'other' });
    expect(await other.lock()).toEqual({
      locked: false,
      total: 1,
      holders: [
        {
          pid: Reflect.get(one.client, 'processID'),
          user: 'headroom',
          application: 'pg-headroom',
          address: '127.0.0.1',
          openMs: expect.any(Number),
          isRun: true,
        },
      ],
    });
    expect(await locks()).toBe(held);
    await one.client.end();
    expect(await other.lock()).toMatchObject({ locked: true, total: 0 });
  });

  test.each<[string, keyof Roles | 'superuser', ClientConfig]>([
    ['our role, whatever it calls itself', 'headroom', { application_name: 'psql' }],
    ['our role in another database', 'headroom', { database: 'other' }],
    ['a superuser under our name', 'superuser', OUR_NAME],
    ['a role with the privileges of pg_signal_backend under our name', 'colleague', OUR_NAME],
  ])('is not taken while a session holds one that is a run: %s', async (_, who, more) => {
    const holder = await connect(who === 'superuser' ? server.superuser : roles[who], more);
    for (const statement of [NOBODY_KNOWS, FORMER]) {
      await holder.query(statement);
      const { client, lock } = await tryAs(roles.headroom);
      const tried: LockAttempt = await lock();
      expect(tried).toMatchObject({ locked: false, total: 1, holders: [{ isRun: true }] });
      await holder.query('SELECT pg_advisory_unlock_all()');
      expect(await lock()).toMatchObject({ locked: true, total: 0 });
      await client.end();
    }
  });

  test.each<[string, keyof Roles | 'superuser', ClientConfig]>([
    ['an ordinary role under our name', 'app', OUR_NAME],
    ['an ordinary role in another database', 'app', { database: 'other' }],
    ['a role that has not the privileges it is a member for', 'bystander', OUR_NAME],
    ['a role that may end sessions, under a name of its own', 'colleague', { application_name: 'psql' }],
    ['a superuser under a name of its own', 'superuser', {}],
  ])('is taken beside a session that holds one and is no run: %s', async (_, who, more) => {
    const holder = await connect(who === 'superuser' ? server.superuser : roles[who], more);
    await holder.query(FORMER);
    await holder.query(`SELECT pg_advisory_lock(${CLASS}, key) FROM generate_series(-250, 250) key`);
    const { lock } = await tryAs(roles.headroom);
    const user = who === 'superuser' ? 'postgres' : who;
    expect(await lock()).toMatchObject({ locked: true, total: 1, holders: [{ user, isRun: false }] });
    const second = await tryAs(roles.headroom);
    expect(await second.lock()).toMatchObject({
      locked: false,
      total: 2,
      holders: [
        { user: 'headroom', isRun: true },
        { user, isRun: false },
      ],
    });
  });

  test('is taken beside a prepared transaction that holds one, which has no session', async () => {
    const stranger = await connect(roles.app);
    await stranger.query('BEGIN');
    await stranger.query(`SELECT pg_advisory_xact_lock(${CLASS}, 1)`);
    await stranger.query("PREPARE TRANSACTION 'held'");
    const { lock } = await tryAs(roles.headroom);
    expect(await lock()).toMatchObject({ locked: true, holders: [{ pid: null, user: null, isRun: false }] });
    await server.query("ROLLBACK PREPARED 'held'");
  });

  test('keeps out a run of the version before, which has a single lock', async () => {
    const { client, lock } = await tryAs(roles.headroom);
    await lock();
    const former = await connect(roles.headroom);
    expect((await former.query(FORMER)).rows).toEqual([{ locked: false }]);
    await client.end();
    expect((await former.query(FORMER)).rows).toEqual([{ locked: true }]);
  });

  test('of locks of another class, and of those that are waited for, nothing is seen', async () => {
    const one = await connect(roles.headroom);
    await one.query(
      `SELECT pg_advisory_lock(1, ${CLASS}), pg_advisory_lock(${CLASS + 1}, 1), pg_advisory_lock(7)`,
    );
    const { client, lock } = await tryAs(roles.headroom);
    expect(await lock()).toEqual({ locked: true, total: 0, holders: [] });
    await client.end();
    const [stranger, waiting] = [await connect(roles.app), await connect(roles.headroom, OUR_NAME)];
    await stranger.query(NOBODY_KNOWS);
    const waits = waiting.query(NOBODY_KNOWS);
    const isWaiting = async () => (await server.query('SELECT FROM pg_locks WHERE NOT granted')).length === 1;
    await waitUntil(isWaiting, { what: 'it waited' });
    const second = await tryAs(roles.headroom);
    expect(await second.lock()).toMatchObject({ locked: true, total: 1, holders: [{ user: 'app' }] });
    await stranger.query('SELECT pg_advisory_unlock_all()');
    await waits;
  });

  test('many strangers are counted, and the first of them named after the runs', async () => {
    const strangers = await Promise.all(Array.from({ length: 8 }, () => connect(roles.app)));
    for (const stranger of strangers) await stranger.query(`SELECT pg_advisory_lock_shared(${CLASS}, 1)`);
    const run = await connect(roles.headroom);
    await run.query(NOBODY_KNOWS);
    const { lock } = await tryAs(roles.headroom);
    const { total, holders } = await lock();
    expect([total, holders.map(({ isRun }) => isRun)]).toEqual([9, [true, ...Array(5).fill(false)]]);
  });

  test('a role that may not read sessions knows its like, and neither address nor age', async () => {
    const one = await tryAs(roles.colleague);
    await one.lock();
    const { lock } = await tryAs(roles.blind);
    expect(await lock()).toMatchObject({
      locked: false,
      holders: [{ user: 'colleague', address: '', openMs: null, isRun: true }],
    });
  });

  test('of two runs at the same moment at most one has it, 300 times', async () => {
    const pair = await Promise.all([tryAs(roles.headroom), tryAs(roles.headroom, { database: 'other' })]);
    let [none, one] = [0, 0];
    for (let round = 0; round < 300; round += 1) {
      const tried = await Promise.all(pair.map(({ lock }) => lock()));
      const locked = tried.filter((each) => each.locked).length;
      expect(locked).toBeLessThanOrEqual(1);
      if (locked === 0) none += 1;
      else one += 1;
      await Promise.all(pair.map(({ client }) => client.query('SELECT pg_advisory_unlock_all()')));
    }
    expect(none + one).toBe(300);
    expect(one).toBeGreaterThan(0);
  });
});
