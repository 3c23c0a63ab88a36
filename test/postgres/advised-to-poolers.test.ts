import { existsSync } from 'node:fs';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startPgBouncer } from '../support/pgbouncer.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createRole } from '../support/roles.ts';
import { endAllSessions } from '../support/server-state.ts';
import { waitUntil } from '../support/wait-until.ts';

const PROGRAM = '/usr/sbin/pgbouncer';

/** What advice says about PgBouncer, with the real one (skipped where it is missing). */
describe.skipIf(!existsSync(PROGRAM)).each([14, 18] as const)(
  'what PgBouncer does as advised, before PostgreSQL %i',
  (version) => {
    let server: TestServer;
    let app: Role;
    let admin: Role;
    beforeAll(async () => {
      server = await startServer({ version });
      app = await createRole(server, 'app');
      admin = await createRole(server, 'admin');
    });
    afterAll(() => server.stop());
    afterEach(() => endAllSessions(server));

    const sessions = async () =>
      (await server.query("SELECT FROM pg_stat_activity WHERE usename = 'app'")).length;
    const held = (count: number) =>
      waitUntil(async () => (await sessions()) === count, { what: `app held ${count} sessions` });
    const start = async (mode: 'session' | 'transaction', settings: Record<string, string | number> = {}) => {
      const pooler = await startPgBouncer(server, {
        mode,
        roles: [app, admin],
        settings: { admin_users: 'admin', server_idle_timeout: 600, ...settings },
      });
      onTestFinished(() => pooler[Symbol.asyncDispose]());
      return async (role: Role, database = 'postgres') => {
        const client = new Client({ host: pooler.host, port: pooler.port, database, ...role });
        const ended = new Promise<string>((resolve) => client.on('error', ({ message }) => resolve(message)));
        await client.connect();
        onTestFinished(() => client.end().catch(() => {}));
        return Object.assign(client, { ended });
      };
    };

    test('RECONNECT replaces idle sessions at once, and leaves the one that works until it is done', async () => {
      const connect = await start('transaction');
      const clients = await Promise.all([1, 2, 3, 4].map(() => connect(app)));
      const [busy, ...others] = clients;
      const working = busy?.query('BEGIN').then(() => busy.query('SELECT 1'));
      await Promise.all([working, ...others.map((client) => client.query('SELECT pg_sleep(0.5)'))]);
      await held(4);
      const console = await connect(admin, 'pgbouncer');
      await console.query('RECONNECT');
      await held(1);
      expect((await busy?.query('SELECT 1 AS still'))?.rows).toEqual([{ still: 1 }]);
      await busy?.query('COMMIT');
      await held(0);
      expect((await others[0]?.query('SELECT 2 AS again'))?.rows).toEqual([{ again: 2 }]);
    });

    test('client_idle_timeout does not end an idle client that has a session', async () => {
      const connect = await start('session', { client_idle_timeout: 1 });
      const holder = await connect(app);
      await holder.query('SELECT 1');
      // A client without a session is ended in the same time: it shows that the setting is at work.
      const ofTransactions = await start('transaction', { client_idle_timeout: 1 });
      const without = await ofTransactions(app);
      await without.query('SELECT 1');
      expect(await without.ended).toMatch(/client_idle_timeout/);
      expect((await holder.query('SELECT 1 AS still')).rows).toEqual([{ still: 1 }]);
    });

    test('idle_session_timeout of the role ends the session, and a client that works stays', async () => {
      await server.query("ALTER ROLE app SET idle_session_timeout = '1500ms'");
      onTestFinished(async () => void (await server.query('ALTER ROLE app RESET idle_session_timeout')));
      const connect = await start('session');
      const [idle, busy] = [await connect(app), await connect(app)];
      await idle.query('SELECT 1');
      const working = busy.query('SELECT pg_sleep(5) IS NULL AS slept');
      await held(2);
      await idle.ended;
      await held(1);
      expect((await working).rows).toEqual([{ slept: false }]);
    });
  },
);
