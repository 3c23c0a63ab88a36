import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../functions/remediate/ports.ts';
import { endsOfOurs } from '../support/interrupted-window.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { endAllSessions, expectAlive, expectNothingLeft } from '../support/server-state.ts';
import { openIdle, openMany } from '../support/sessions.ts';
import { openDatabase } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Statements that are stuck when we leave, and those sent behind them: nobody waits for them any more. */

const OURS = `SELECT wait_event AS waits FROM pg_stat_get_activity(NULL) WHERE application_name = 'pg-headroom'`;

/** Only a server that can look for it hears of a client that leaves while a statement of its runs. */
describe.runIf(process.platform === 'linux').each([14, 18] as const)('PostgreSQL %i', (version) => {
  let server: TestServer;
  let app: Role;
  let headroom: Role;

  beforeAll(async () => {
    server = await startServer({ version });
    app = await createRole(server, 'app');
    headroom = await createLeastPrivilegeRole(server);
  });
  afterAll(() => server.stop());
  afterEach(() => endAllSessions(server));

  /** Sends something that waits for the table, leaves, and sees our session end before the table is free. */
  const leaveWaitingFor = async (table: string, send: (database: Database) => Promise<unknown>) => {
    const database = await openDatabase(server, headroom);
    await database.tryLock();
    const logged = server.log().length;
    // Nobody logs in while the table is locked, and only what needs no table can be looked at.
    const watcher = await server.connect();
    const ours = async () => {
      // What a transaction has seen of others stays as it was.
      await watcher.query({ name: 'anew', text: 'SELECT pg_stat_clear_snapshot()' });
      const { rows } = await watcher.query<{ waits: string }>({ name: 'ours', text: OURS });
      return rows.map(({ waits }) => waits);
    };
    expect(await ours()).toHaveLength(1);
    await watcher.query('BEGIN');
    await watcher.query(`LOCK TABLE ${table}`);
    const sent = send(database).catch((error: unknown) => error);
    const isStuck = async () => (await ours())[0] === 'relation';
    await waitUntil(isStuck, { what: 'our session waited for the table' });
    await database.close();
    await sent;
    await waitUntil(async () => (await ours()).length === 0, { what: 'no session of ours was left' });
    await watcher.query('ROLLBACK');
    await expectNothingLeft(server);
    expect(endsOfOurs(server).at(-1)).toBe('08006');
    // No statement ran into its timeout: the server did not wait for that.
    expect(server.log().slice(logged)).not.toContain(' 57014 headroom@');
  };

  test('a look that waits goes with us, and so does our lock', async () => {
    await leaveWaitingFor('pg_catalog.pg_database', (database) => database.readSnapshot());
  });

  test('a window that waits ends no session after we have left', async () => {
    const sessions = await openMany(8, () => openIdle(server, { role: app }));
    const pids = sessions.map(({ pid }) => pid);
    const looking = await openDatabase(server, headroom);
    const { sessions: seen } = await looking.readSnapshot();
    await looking.close();
    const victims = seen.filter(({ pid }) => pid !== null && pids.includes(pid));
    expect(victims).toHaveLength(8);
    await leaveWaitingFor('pg_catalog.pg_proc', (database) => database.terminate(victims));
    await expectAlive(server, sessions);
  });
});
