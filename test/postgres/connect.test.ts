import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Connecting } from '../../functions/core/run/record.ts';
import { connect } from '../../functions/postgres/connection/connect.ts';
import type { Connection } from '../../functions/remediate/ports.ts';
import { selfSignedCertificates } from '../support/certificates.ts';
import { enterServer } from '../support/enter-server.ts';
import { startFakePooler } from '../support/fake-pooler.ts';
import { type Role, startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { endAllSessions } from '../support/server-state.ts';
import { fillUntilRefused, type TestSession } from '../support/sessions.ts';
import { inMs, targetOf } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Long enough for several tries, short enough for a test. */
const SHORT_MS = 400;
/** For who gets in: long enough for a busy machine. */
const LONG_MS = 10_000;
const MAX_CONNECTIONS = 12;

describe.each(VERSIONS)('PostgreSQL %i', (version) => {
  let server: TestServer;
  let app: Role;
  /** In before anybody else: it looks on and clears up where nobody gets in. */
  let superuser: Client;
  let caFile: string;
  /** Gets in when only the reserve is left: by reserved_connections, and before 16 as a superuser only. */
  let privileged: Role;

  beforeAll(async () => {
    const settings = {
      max_connections: MAX_CONNECTIONS,
      superuser_reserved_connections: 2,
      ...(version >= 16 && { reserved_connections: 2 }),
    };
    const certificates = await selfSignedCertificates();
    server = await startServer({ version, settings, tls: certificates.server });
    caFile = join(server.folder, 'ca.pem');
    writeFileSync(caFile, certificates.ca);
    superuser = await server.connect();
    app = await createRole(server, 'app');
    privileged =
      version >= 16
        ? await createLeastPrivilegeRole(server)
        : await createRole(server, 'headroom', 'SUPERUSER');
  });
  afterAll(() => server.stop());
  afterEach(() =>
    endAllSessions({ query: async (text) => (await superuser.query<{ pid: number }>(text)).rows }),
  );

  const getIn = (role: Role, database = 'postgres', withinMs = LONG_MS) =>
    connect(targetOf(server, { database }), async () => role, inMs(withinMs));
  const ownSessions = async () =>
    (await superuser.query("SELECT FROM pg_stat_activity WHERE application_name = 'pg-headroom'")).rowCount;
  const closeAll = (sessions: readonly TestSession[]) =>
    Promise.all(sessions.map((session) => session.close()));

  test('on a server with room the first try gets in, and leaves one session until it is closed', async () => {
    const connection = await getIn(privileged);
    expect(connection.connecting).toEqual({ attempts: 1, refusals: [] });
    expect(await ownSessions()).toBe(1);
    await databaseIn(connection).close();
    expect(await ownSessions()).toBe(0);
  });

  test('on a full server the first try gets into a reserved slot', async () => {
    await fillUntilRefused(server, { role: app });
    const connection = await getIn(privileged);
    expect(connection.connecting).toEqual({ attempts: 1, refusals: [] });
    await databaseIn(connection).close();
  });

  test('a role that may not use the reserve tries until the deadline, and says that only the reserve is left', async () => {
    await fillUntilRefused(server, { role: app });
    let withinMs = SHORT_MS;
    const tried = () => refused(() => getIn(app, 'postgres', withinMs));
    let { problem, connecting, tookMs } = await tried();
    // A slow machine may need more time for three answers. Tries that the deadline cuts off have none, and are the fewer ones.
    const isAnswered = () => answeredIn(connecting) >= Math.max(3, connecting.attempts / 2);
    while (!isAnswered() && withinMs < 60_000) {
      withinMs *= 2;
      ({ problem, connecting, tookMs } = await tried());
    }
    expect(problem).toMatchObject({
      code: 'connect-full',
      message: expect.stringMatching(
        /: only slots that are reserved for other roles are free; .*; grant pg_use_reserved_conn/,
      ),
    });
    expect(problem.message).toContain(`after ${connecting.attempts} tries`);
    expect(problem.message).toContain(
      'On 14 and 15 no slot can be reserved for our role, so a run may fail to connect',
    );
    expect(connecting.address).toBe('127.0.0.1');
    expect(answeredIn(connecting)).toBeGreaterThan(2);
    expect(commonestOf(connecting)).toMatchObject({ sqlstate: '53300', routine: 'InitPostgres' });
    expect(tookMs).toBeLessThan(withinMs + 5_000);
  });

  test('when the reserve is taken too, it says so, and gets in as soon as one slot is free', async () => {
    const { sessions } = await fillUntilRefused(server, { role: server.superuser });
    expect(sessions).toHaveLength(MAX_CONNECTIONS - 1);
    const { problem, connecting } = await refused(() => getIn(privileged, 'postgres', SHORT_MS));
    expect(problem).toMatchObject({
      code: 'connect-full',
      message: expect.stringMatching(/: all slots are taken, also the reserved ones, /),
    });
    expect(refusalsOf(connecting)).toBe(connecting.attempts);
    // Those that the deadline cut off have no answer.
    const answered = connecting.refusals.filter(({ sqlstate }) => sqlstate !== '');
    expect(answered).toMatchObject([{ sqlstate: '53300', routine: 'InitProcess' }]);
    expect(connecting.attempts - refusalsOf({ ...connecting, refusals: answered })).toBeLessThanOrEqual(3);

    const refusalsLogged = () => server.log().split('FATAL:').length;
    const before = refusalsLogged();
    const trying = getIn(privileged);
    // Least privilege does not reach into the superusers' own reserve.
    const enough = version >= 16 ? 3 : 1;
    // Up to three of them may not have heard yet that they were refused.
    await waitUntil(() => refusalsLogged() >= before + 6, { what: 'six tries were refused' });
    await closeAll(sessions.slice(0, enough));
    const connection = await trying;
    expect(refusalsOf(connection.connecting)).toBeGreaterThan(2);
    expect(connection.connecting.attempts).toBeGreaterThan(refusalsOf(connection.connecting));
    await databaseIn(connection).close();
  });

  test('over verified TLS it gets in, and is refused, as it is without', async () => {
    const target = targetOf(server, { tls: { mode: 'verify', caFile } });
    const connection = await connect(target, async () => privileged, inMs(LONG_MS));
    expect(connection.connecting.attempts).toBe(1);
    await databaseIn(connection).close();
    await fillUntilRefused(server, { role: server.superuser });
    const { problem, connecting } = await refused(() =>
      connect(target, async () => privileged, inMs(5 * SHORT_MS)),
    );
    expect(problem.code).toBe('connect-full');
    // The handshake of a slow machine takes longer than some tries may.
    expect(connecting.refusals).toContainEqual(
      expect.objectContaining({ sqlstate: '53300', routine: 'InitProcess' }),
    );
  });

  test('however many tries get in at once, one session is left', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { sessions } = await fillUntilRefused(server, { role: server.superuser });
      const trying = getIn(privileged);
      setTimeout(() => closeAll(sessions), 50);
      const connection = await trying;
      await Promise.all(sessions.map(({ ended }) => ended));
      expect(await ownSessions()).toBe(1);
      await databaseIn(connection).close();
    }
  });

  test('a wrong password is asked for three times more, then denied, and is in no message', async () => {
    const asked: number[] = [];
    const source = async (refused: number) => {
      asked.push(refused);
      return { user: app.user, password: `wrong-horse-${asked.length}` };
    };
    const { problem, connecting, tookMs } = await refused(() =>
      connect(targetOf(server), source, inMs(LONG_MS)),
    );
    expect(asked).toEqual([0, 1, 2, 3]);
    expect(problem).toMatchObject({ code: 'connect-denied', message: expect.stringContaining('28P01') });
    expect(connecting).toEqual({
      attempts: 4,
      refusals: [{ sqlstate: '28P01', routine: 'auth_failed', count: 4 }],
    });
    expect(JSON.stringify(problem)).not.toContain('wrong-horse');
    expect(tookMs).toBeLessThan(LONG_MS / 2);
  });

  test('a password that was rotated since it was read gets in, on a full server too', async () => {
    const source = async (refused: number) =>
      refused === 0 ? { ...privileged, password: 'old' } : privileged;
    const connection = await connect(targetOf(server), source, inMs(LONG_MS));
    expect(connection.connecting.attempts).toBe(2);
    await databaseIn(connection).close();

    // Refused before any password is looked at; then several tries with the old one are under way at the same time.
    const { sessions } = await fillUntilRefused(server, { role: server.superuser });
    const trying = connect(targetOf(server), source, inMs(LONG_MS));
    setTimeout(() => closeAll(sessions), 100);
    const later = await trying;
    await databaseIn(later).close();
  });

  test('an unknown database fails at once', async () => {
    const { problem, connecting } = await refused(() => getIn(app, 'nowhere'));
    expect(problem).toMatchObject({ code: 'connect-failed', message: expect.stringContaining('3D000') });
    expect(connecting).toMatchObject({ attempts: 1, refusals: [{ sqlstate: '3D000', count: 1 }] });
  });

  test('our session bounds itself, so that the server takes slot and lock back', async () => {
    const { client, close, product, versionNumber } = await enterServer(server, privileged);
    const bounds = {
      application_name: 'pg-headroom',
      DateStyle: 'ISO, YMD',
      TimeZone: 'UTC',
      statement_timeout: '5000',
      lock_timeout: '5000',
      idle_in_transaction_session_timeout: '10000',
      idle_session_timeout: '10000',
      tcp_keepalives_idle: '5',
      tcp_keepalives_interval: '2',
      tcp_keepalives_count: '3',
      // Elsewhere it is refused, or not looked for.
      ...(process.platform === 'linux' && { client_connection_check_interval: '1000' }),
    };
    const { rows } = await client.query({
      text: 'SELECT name, setting FROM pg_settings WHERE name = ANY ($1)',
      values: [Object.keys(bounds)],
    });
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual(bounds);
    expect(product).toMatch(new RegExp(`^PostgreSQL ${version}(\\.|rc)`));
    expect(Math.floor(versionNumber / 10_000)).toBe(version);
    await close();
  });

  test('a pooler in between is refused, and its server session is left as it was', async () => {
    await using pooler = await startFakePooler(server);
    const connecting = connect(targetOf(pooler), async () => app, inMs(LONG_MS));
    const { problem } = await refused(() => connecting);
    expect(problem).toMatchObject({
      code: 'pooler-in-between',
      message: `A pooler answers at 127.0.0.1:${pooler.port}: name the server's own host and port, because only the server shows all sessions.`,
    });

    const next = await server.connect(app, { port: pooler.port });
    const { rows } = await next.query(
      "SELECT name, setting FROM pg_settings WHERE name ~ 'timeout|DateStyle' AND source = 'session'",
    );
    expect(rows).toEqual([]);
    const shown = await next.query("SELECT current_setting('application_name') AS application");
    expect(shown.rows).toEqual([{ application: 'pg-headroom' }]);
    await next.end();
  });
});

const refusalsOf = ({ refusals }: Connecting) => refusals.reduce((sum, { count }) => sum + count, 0);
const answeredIn = ({ refusals }: Connecting) =>
  refusals.reduce((sum, { sqlstate, count }) => sum + (sqlstate === '' ? 0 : count), 0);

const commonestOf = ({ refusals }: Connecting) => refusals.toSorted((a, b) => b.count - a.count)[0];

function databaseIn(connection: Connection) {
  if ('problem' in connection) throw new Error(`Not in: ${connection.problem.message}`);
  return connection.database;
}

async function refused(trying: () => Promise<Connection>) {
  const startedAt = performance.now();
  const connection = await trying();
  if (!('problem' in connection)) {
    await connection.database.close();
    throw new Error('It got in');
  }
  return { ...connection, tookMs: performance.now() - startedAt };
}
