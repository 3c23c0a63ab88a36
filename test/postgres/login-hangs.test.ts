import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../functions/postgres/connection/connect.ts';
import { queryOf } from '../../functions/postgres/connection/database.ts';
import { IDLE_TIMEOUT_MS, startupOptions } from '../../functions/postgres/connection/startup.ts';
import { enterServer } from '../support/enter-server.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { listenOnLoopback } from '../support/proxy.ts';
import { createLeastPrivilegeRole } from '../support/roles.ts';
import { openIdle } from '../support/sessions.ts';
import { inMs, targetOf } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';

/** A login may take this long before it counts as one that hangs. */
const ATTEMPT_MS = 4_000;

describe('A server that accepts and stays silent, as one that asks PAM or LDAP', () => {
  test('is waited for by two logins at most, and the message says that it does not finish', async () => {
    let [taken, open, most] = [0, 0, 0];
    await using silent = await listenOnLoopback((client) => {
      taken += 1;
      open += 1;
      most = Math.max(most, open);
      client.resume();
      client.once('close', () => (open -= 1));
      client.on('error', () => {});
    });
    const source = async () => ({ user: 'headroom', password: 'x' });
    const connection = await connect(targetOf(silent), source, inMs(2.5 * ATTEMPT_MS));
    if (!('problem' in connection)) throw new Error('It got in');
    expect([taken, most, connection.connecting.attempts]).toEqual([2, 2, 2]);
    expect(connection.problem.message).toMatch(
      /after 2 tries in \d+ s: it accepts our connection but does not finish the login; .*no limit needs to be raised\.$/,
    );
    expect(connection.problem.code).toBe('connect-unreachable');
  });

  test('is no reason to give up: a login that takes longer than a try may is waited for', async () => {
    const lastedMs: number[] = [];
    await using slow = await listenOnLoopback((client) => {
      const startedAt = Date.now();
      client.resume();
      client.once('close', () => lastedMs.push(Date.now() - startedAt));
      client.on('error', () => {});
    });
    const source = async () => ({ user: 'headroom', password: 'x' });
    await connect(targetOf(slow), source, inMs(ATTEMPT_MS + 2_000));
    await waitUntil(() => Math.max(...lastedMs) > ATTEMPT_MS + 1_500, {
      what: 'a login had lasted longer than a try may',
    });
  });
});

describe('A login trigger of PostgreSQL 17 and later', () => {
  let server: TestServer;
  let headroom: Role;

  beforeAll(async () => {
    server = await startServer({ version: 18 });
    headroom = await createLeastPrivilegeRole(server);
    await server.query('ALTER ROLE headroom CONNECTION LIMIT 5');
    await server.query(`CREATE FUNCTION slow_login() RETURNS event_trigger LANGUAGE plpgsql AS $$
      BEGIN IF session_user = 'headroom' THEN PERFORM pg_sleep(current_setting('slow.seconds')::float8); END IF; END $$`);
    await server.query('CREATE EVENT TRIGGER et ON login EXECUTE FUNCTION slow_login()');
  });
  afterAll(() => server.stop());

  const slow = (seconds: number) => server.query(`ALTER DATABASE postgres SET slow.seconds = '${seconds}'`);
  const ours = async () =>
    (await server.query("SELECT FROM pg_stat_activity WHERE usename = 'headroom'")).length;

  test('that takes 5 s lets us in, and two of our logins at most wait', async () => {
    await slow(5);
    const connecting = connect(targetOf(server), async () => headroom, inMs(18_000));
    let most = 0;
    const watching = setInterval(async () => (most = Math.max(most, await ours().catch(() => 0))), 300);
    const connection = await connecting;
    clearInterval(watching);
    if ('problem' in connection) throw new Error(connection.problem.message);
    expect(most).toBeLessThanOrEqual(2);
    expect(connection.connecting.attempts).toBeLessThanOrEqual(2);
    await connection.database.close();
  });

  test('that never ends is told as that where it has used up the limit of our role', async () => {
    await slow(0);
    const others = await Promise.all(
      Array.from({ length: 4 }, () => openIdle(server, { role: headroom, application: 'psql' })),
    );
    await slow(60);
    const connection = await connect(targetOf(server), async () => headroom, inMs(9_000));
    if (!('problem' in connection)) throw new Error('It got in');
    expect(connection.connecting.refusals).toContainEqual(
      expect.objectContaining({ sqlstate: '53300', routine: 'InitializeSessionUserId' }),
    );
    expect(connection.problem.message).toContain('it accepts our connection but does not finish the login');
    expect(connection.problem.message).not.toContain('raise it');
    await Promise.all(others.map((session) => session.close()));
    await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'headroom'");
  });
});

describe('What ends a session is known as that', () => {
  test.each([
    ['25P03', "SET idle_in_transaction_session_timeout = '50ms'", 'BEGIN', 14],
    ['25P04', "SET transaction_timeout = '50ms'", 'BEGIN', 18],
    // Here it is the answer to a statement.
    ['25P04', "SET transaction_timeout = '50ms'", 'SELECT pg_sleep(2)', 18],
    ['57P05', "SET idle_session_timeout = '50ms'", 'SELECT 1', 14],
    ['57P01', 'SELECT 1', 'SELECT pg_terminate_backend(pg_backend_pid())', 14],
  ] as const)('%s after %s; %s', async (sqlstate, first, then, version) => {
    await using server = await startServer({ version });
    const role = await createLeastPrivilegeRole(server);
    const session = await enterServer(server, role);
    const query = queryOf(session);
    const all = async () => {
      await query(first);
      await query(then);
      const ours = "SELECT FROM pg_stat_activity WHERE usename = 'headroom'";
      await waitUntil(async () => (await server.query(ours)).length === 0, { what: 'the session was over' });
      await query('SELECT 1');
    };
    await expect(all()).rejects.toMatchObject({
      code: 'connection-lost',
      message: expect.stringContaining(`(${sqlstate}: `),
    });
    await session.close();
  });
});

test.each([
  [14, 'since-14'],
  [18, 'since-17'],
] as const)(
  'On %i a session that never sends its first statement ends by itself',
  async (version, startup) => {
    await using server = await startServer({ version });
    const headroom = await createLeastPrivilegeRole(server);
    const left = await server.connect(headroom, { options: startupOptions(startup) });
    const ended = new Promise<unknown>((resolve) => left.once('error', resolve));
    const startedAt = Date.now();
    expect(await ended).toMatchObject({ code: '57P05' });
    expect(Date.now() - startedAt).toBeLessThan(IDLE_TIMEOUT_MS + 60_000);
    const ours = "SELECT FROM pg_stat_activity WHERE usename = 'headroom'";
    await waitUntil(async () => (await server.query(ours)).length === 0, { what: 'the session was gone' });
  },
);
