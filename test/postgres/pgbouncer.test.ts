import type { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { clientsBehind } from '../../functions/core/server/pooler-clients.ts';
import { poolerRefusals, withPooler } from '../../functions/core/server/pooler-refusals.ts';
import { connect } from '../../functions/postgres/connection/connect.ts';
import { describeWith } from '../support/installed.ts';
import { type PgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { connectThrough, lookInto, type PoolerClientOptions, refusalOf } from '../support/pooler-clients.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { refusalIn } from '../support/refusal-in.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { endAllSessions } from '../support/server-state.ts';
import { openIdle } from '../support/sessions.ts';
import { inMs, openDatabase, targetOf } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';

const SETTINGS = {
  default_pool_size: 4,
  max_client_conn: 12,
  reserve_pool_size: 2,
  server_idle_timeout: 300,
  query_wait_timeout: 2.5,
};

describeWith('pgbouncer', 'pgbouncer', "PgBouncer's console", () => {
  let server: TestServer;
  let app: Role;
  let headroom: Role;

  beforeAll(async () => {
    server = await startServer({ version: 18 });
    app = await createRole(server, 'app');
    headroom = await createLeastPrivilegeRole(server);
    await server.query('CREATE DATABASE shop');
  });
  afterAll(() => server.stop());

  describe.each(['session', 'transaction'] as const)('in %s mode', (mode) => {
    let pooler: PgBouncer;
    const clients: Client[] = [];

    beforeAll(async () => {
      const roles = [app, headroom];
      pooler = await startPgBouncer(server, { mode, roles, statsUsers: ['headroom'], settings: SETTINGS });
    });
    afterAll(() => pooler[Symbol.asyncDispose]());
    afterEach(async () => {
      await Promise.allSettled(clients.splice(0).map((client) => client.end()));
      const gone = async () => (await look()).clientCount === 0;
      await waitUntil(gone, { what: 'the pooler had no clients' });
      await endAllSessions(server);
    });

    const look = () => lookInto('pgbouncer', pooler, headroom);
    const enter = async (options: Omit<PoolerClientOptions, 'role'>) => {
      const client = await connectThrough(pooler, { role: app, ...options });
      clients.push(client);
      return client;
    };
    const busy = async (options: Omit<PoolerClientOptions, 'role'>) => {
      const client = await enter(options);
      await client.query('BEGIN');
      return client;
    };

    test('tells its version, settings and pools', async () => {
      await (await enter({ application: 'checkout', database: 'shop' })).query('SELECT 1');
      await busy({ application: 'checkout', database: 'shop' });
      const state = await look();
      expect(state).toMatchObject({
        kind: 'pgbouncer',
        at: `127.0.0.1:${pooler.port}`,
        addresses: ['127.0.0.1'],
        problem: null,
        version: expect.stringMatching(/^PgBouncer 1\./),
        clientCount: 2,
      });
      expect(state.settings).toEqual({
        mode,
        defaultPoolSize: 4,
        minPoolSize: 0,
        reservePoolSize: 2,
        mostClients: 12,
        serverIdleTimeoutMs: 300_000,
        queryWaitTimeoutMs: 2_500,
        poolsPerChild: null,
        failsOver: null,
      });
      const shop = { database: 'shop', serverDatabase: 'shop', user: 'app', mode, size: 4 };
      // In transaction mode the first session was free again for the second client.
      const lent =
        mode === 'session' ? { sessionsActive: 2, sessionsIdle: 0 } : { sessionsActive: 1, sessionsIdle: 0 };
      expect(state.pools).toEqual([
        { ...shop, ...lent, clientsActive: 2, clientsWaiting: 0, longestWaitMs: 0 },
      ]);
    });

    test("names each of its sessions by the server's pid, and no other session", async () => {
      await openIdle(server, { role: app, application: 'direct' });
      for (const application of ['checkout', 'billing'])
        for (const _ of [1, 2]) await busy({ application, from: '127.0.0.9' });
      const rows = await server.query<{ pid: number }>(
        "SELECT pid FROM pg_stat_activity WHERE usename = 'app' AND application_name <> 'direct' ORDER BY pid",
      );
      const { sessions } = await look();
      expect(rows).toHaveLength(4);
      expect(sessions.map(({ pid }) => pid).sort((a, b) => a - b)).toEqual(rows.map(({ pid }) => pid));
    });

    test('names the clients behind sessions that are lent, by their own application and address', async () => {
      for (const _ of [1, 2, 3]) await busy({ application: 'leaky', from: '127.0.0.17' });
      await busy({ application: 'billing', from: '127.0.0.4' });
      const database = await openDatabase(server, headroom);
      const [seen, state] = await Promise.all([database.readSnapshot(), look()]);
      await database.close();
      const snapshot = withPooler(seen, state);
      expect(snapshot.sessions.filter(({ user }) => user === 'app').map(({ address }) => address)).toEqual(
        Array(4).fill('127.0.0.1'),
      );
      const group = { user: 'app', database: 'postgres' };
      expect(clientsBehind(snapshot)).toEqual([
        {
          group: { application: 'leaky', ...group },
          clients: 3,
          linked: 3,
          waiting: 0,
          addresses: { count: 1, first: ['127.0.0.17'] },
        },
        {
          group: { application: 'billing', ...group },
          clients: 1,
          linked: 1,
          waiting: 0,
          addresses: { count: 1, first: ['127.0.0.4'] },
        },
      ]);
    });

    test('says that it takes no more clients, which its log says too', async () => {
      for (let count = 0; count < 12; count += 1) await enter({ application: 'crowd' });
      const refused = await refusalOf(enter({ application: 'late' }));
      expect(refused).toBe('08P01 no more connections allowed (max_client_conn)');
      const state = await look();
      expect(state.clientCount).toBe(12);
      expect(poolerRefusals(state)).toEqual([{ kind: 'pooler', name: null, count: 1 }]);
      expect(refusalsLogged(pooler)).toMatchObject([{ kind: 'pooler', address: '127.0.0.1', user: null }]);
    });

    test('shows the clients that wait for a session, until they are refused for it', async () => {
      for (let count = 0; count < 4; count += 1) await busy({ application: 'holder' });
      const waiting = await enter({ application: 'waiter' });
      const refusal = refusalOf(waiting.query('SELECT 1'));
      const waited = async () => poolerRefusals(await look()).length > 0;
      await waitUntil(waited, { what: 'a client had waited for a second' });
      const state = await look();
      expect(poolerRefusals(state)).toEqual([{ kind: 'pooler', name: 'postgres', count: 1 }]);
      expect(state.clients.find(({ application }) => application === 'waiter')).toMatchObject({
        count: 1,
        linked: 0,
        waiting: 1,
      });
      expect(await refusal).toBe('08P01 query_wait_timeout');
      expect(refusalsLogged(pooler).at(-1)).toMatchObject({ kind: 'pooler', user: 'app' });
    });

    test('is not taken for the server by mistake', async () => {
      const connection = await connect(targetOf(pooler), async () => app, inMs(10_000));
      expect(connection).toMatchObject({
        problem: {
          code: 'pooler-in-between',
          message: expect.stringMatching(
            /^A pooler answers at \S+ \(08P01: .+\): name the server's own host and port, because only the server shows all sessions\.$/,
          ),
        },
      });
    });

    test('does not open itself to a role that stats_users does not name', async () => {
      const { problem, sessions } = await lookInto('pgbouncer', pooler, app);
      expect(problem).toEqual({
        code: 'pooler-unreadable',
        message: `PgBouncer's console at 127.0.0.1:${pooler.port} cannot be read (08P01: not allowed): check that it runs, its password for our role, and that stats_users names our role.`,
      });
      expect(sessions).toEqual([]);
    });

    test('does not open itself to a wrong password', async () => {
      const { problem } = await lookInto('pgbouncer', pooler, { ...headroom, password: 'wrong' });
      expect(problem?.message).toContain('(08P01: SASL authentication failed)');
    });
  });
});

/** What a subscription to the pooler's log would bring. */
function refusalsLogged(pooler: PgBouncer) {
  return pooler
    .log()
    .split('\n')
    .flatMap((line) => refusalIn(line) ?? []);
}
