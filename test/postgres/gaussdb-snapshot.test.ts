import type { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { builtinProtection } from '../../functions/core/plan/protection.ts';
import { clientSessions, slotHolders, usableSlots } from '../../functions/core/server/slots.ts';
import type { Snapshot } from '../../functions/core/server/snapshot.ts';
import { parseSnapshotFile, toSnapshotFile } from '../../functions/core/server/snapshot-file.ts';
import { isBlind } from '../../functions/core/server/visibility.ts';
import { queryOf } from '../../functions/postgres/connection/database.ts';
import { connectInBytes } from '../support/bytes-client.ts';
import { enterServer } from '../support/enter-server.ts';
import { emulateGauss, type GaussKind, pidOn } from '../support/gauss-shim.ts';
import { type Role, startServer, type TestServer, wanted } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { endAllSessions } from '../support/server-state.ts';
import { TIME, wrongFields } from '../support/session-fields.ts';
import {
  openActive,
  openHolderOfAdvisoryLock,
  openIdle,
  openIdleInTransaction,
} from '../support/sessions.ts';
import { openDatabase, type Place } from '../support/targets.ts';

const KINDS: readonly GaussKind[] = ['openGauss', 'thread-pool', 'dws'];

describe.each(wanted([14, 16, 18]))('PostgreSQL %i in the place of GaussDB', (version) => {
  let server: TestServer;
  let app: Role;
  let headroom: Role;
  const places = new Map<GaussKind, Place>();

  beforeAll(async () => {
    server = await startServer({
      version,
      settings: { max_connections: 40, superuser_reserved_connections: 3, max_wal_senders: 4 },
    });
    app = await createRole(server, 'app', 'CONNECTION LIMIT 30');
    headroom = await createLeastPrivilegeRole(server);
    for (const kind of KINDS)
      places.set(kind, await emulateGauss(server, kind, kind === 'dws' ? 'readable' : 'none'));
  });
  afterAll(() => server.stop());
  afterEach(() => endAllSessions(server));

  const placeOf = (kind: GaussKind): Place => places.get(kind) ?? server;
  const read = async (place: Place, role = headroom): Promise<Snapshot> => {
    const database = await openDatabase(place, role);
    try {
      const snapshot = await database.readSnapshot();
      expect(snapshot.sessions.flatMap(wrongFields)).toEqual([]);
      return snapshot;
    } finally {
      await database.close();
    }
  };

  test.each(KINDS)(
    '%s: what is no text in our own database is decoded by the encoding of its session',
    async (kind) => {
      const name = `latin1_${kind.replace('-', '_')}`.toLowerCase();
      await server.query(
        `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'`,
      );
      const client = await connectInBytes(server, app, { database: name });
      await client.ask("SELECT 1 AS \xe9, 'Jos\xe9'");
      const { sessions, slots } = await read(placeOf(kind));
      expect(sessions.find(({ database }) => database === name)).toMatchObject({
        user: 'app',
        lastStatement: 'SELECT ? AS é, ?',
      });
      expect(slots.databases).toEqual([]);
    },
  );

  test.each([
    ['openGauss', 'openGauss 5.0.0'],
    ['thread-pool', 'GaussDB Kernel 505.2.0'],
    ['dws', 'GaussDB 8.1.3'],
  ] as const)('%s is known by what version() says: %s', async (kind, named) => {
    const { server: facts, slots, takenAt, refusals } = await read(placeOf(kind));
    expect(facts).toMatchObject({ flavor: 'gaussdb', version: named, provider: null, readsAllStats: true });
    expect(takenAt).toMatch(TIME);
    // The reserve is on top of max_connections: 37 for ordinary roles, and three more.
    expect(slots).toMatchObject({
      max: 40,
      superuserReserved: 3,
      reserved: 0,
      providerReserved: 0,
      walSenders: 4,
    });
    expect(usableSlots(slots)).toBe(37);
    expect(refusals).toEqual([]);
  });

  describe.each(KINDS)('%s', (kind) => {
    const shop = () => ({ role: app, application: 'shop' });

    test('sessions, states, ages and holders of locks are what they are', async () => {
      const idle = await openIdle(server, { ...shop(), statement: "SELECT 'secret'" });
      const open = await openIdleInTransaction(server, shop());
      const active = await openActive(server, { role: app });
      const holder = await openHolderOfAdvisoryLock(server, shop());
      const snapshot = await read(placeOf(kind));
      const rowOf = ({ pid }: { readonly pid: number }) =>
        snapshot.sessions.find((session) => session.pid === pidOn(kind, pid));
      const plain = {
        sessionId: kind === 'thread-pool' ? String(idle.pid) : null,
        backendType: 'client backend',
        user: 'app',
        database: 'postgres',
        application: 'shop',
        address: '127.0.0.1',
        state: 'idle',
        transactionAgeMs: null,
        waitEvent: null,
        blockedBy: [],
        superuser: false,
        advisoryLock: false,
        // They show in the connected database only.
        temporaryTables: false,
        lastStatement: 'SELECT ?',
      };
      expect(rowOf(idle)).toMatchObject(plain);
      expect(rowOf(open)).toMatchObject({
        state: 'idle in transaction',
        transactionAgeMs: expect.any(Number),
      });
      expect(rowOf(active)).toMatchObject({ state: 'active', application: '' });
      expect(rowOf(holder)).toMatchObject({ state: 'idle', advisoryLock: true });
      expect(slotHolders(snapshot)).toHaveLength(4);
    });

    test('our own session, superusers and the threads of the server are out of reach', async () => {
      await openIdle(server, { role: server.superuser, application: 'admin' });
      await openIdle(server, { role: app, application: 'coordinator3' });
      const snapshot = await read(placeOf(kind));
      const protection = builtinProtection(snapshot);
      const said = snapshot.sessions.map((session) => [session.application, protection(session)]);
      expect(said.toSorted()).toEqual([
        ['WLMArbiter', 'inner thread, not a client'],
        ['admin', 'superuser'],
        ['coordinator3', 'node connection, not a client'],
        ['pg-headroom', 'our own session'],
      ]);
      expect(clientSessions(snapshot).map(({ application }) => application)).toEqual(['admin']);
    });

    test('a waiter is seen to wait, and the server does not show for which session', async () => {
      await openHolderOfAdvisoryLock(server, shop());
      const waiter = await openActive(server, { ...shop(), statement: 'SELECT pg_advisory_lock(1)' });
      const look = async () =>
        (await read(placeOf(kind))).sessions.find(({ pid }) => pid === pidOn(kind, waiter.pid));
      await expect
        .poll(look, { timeout: 60_000, interval: 20 })
        .toMatchObject({ state: 'active', waitEvent: 'lock', blockedBy: [], advisoryLock: false });
    });

    test('our session is bounded as far as this server can', async () => {
      const { client, close } = await enterServer(placeOf(kind), headroom);
      const real = async (name: string) => settingOf(client, name);
      expect(await real('statement_timeout')).toBe('5s');
      expect(await real('idle_session_timeout')).toBe('10s');
      expect(await real('idle_in_transaction_session_timeout')).toBe('10s');
      expect(await real('TimeZone')).toBe('UTC');
      expect(await real('DateStyle')).toBe('ISO, YMD');
      expect(await real('tcp_keepalives_idle')).toBe('5');
      expect(await real('lock_timeout')).toBe('0');
      await close();
    });

    test('a snapshot survives its file', async () => {
      await openIdle(server, shop());
      const snapshot = await read(placeOf(kind));
      expect(parseSnapshotFile(JSON.parse(JSON.stringify(toSnapshotFile(snapshot))))).toEqual(snapshot);
    });

    test('a role that sees no other session knows that it is blind', async () => {
      const blind = await createRole(server, `blind_${kind}`);
      await openIdle(server, shop());
      const snapshot = await read(placeOf(kind), blind);
      expect(snapshot.server.readsAllStats).toBe(false);
      const problem = isBlind(snapshot);
      expect(problem?.code).toBe('blind-role');
      expect(problem?.message).toContain(`ALTER USER ${kind === 'openGauss' ? '"blind_openGauss"' : ''}`);
    });
  });

  test('coordinators are counted where there are some', async () => {
    await openIdle(server, { role: app });
    const { coordinators } = (await read(placeOf('dws'))).server;
    expect(coordinators).toEqual([
      { name: 'cn_5001', isOurs: true, sessions: 3, idle: 2 },
      { name: 'cn_5002', isOurs: false, sessions: 12, idle: 9 },
    ]);
    expect((await read(placeOf('openGauss'))).server).not.toHaveProperty('coordinators');
  });

  test('a coordinator that hangs is not waited for, and our bounds are what they were', async () => {
    const hanging = await emulateGauss(server, 'dws', 'hanging');
    const session = await enterServer(hanging, headroom);
    const { server: facts, sessions } = await session.dialect.readSnapshot(queryOf(session));
    expect(facts).not.toHaveProperty('coordinators');
    expect(sessions.length).toBeGreaterThan(0);
    expect(await settingOf(session.client, 'statement_timeout')).toBe('5s');
    await session.close();
  });

  test('a role that may not read coordinators and nodes goes on without them', async () => {
    const forbidden = await emulateGauss(server, 'dws', 'forbidden');
    await openIdle(server, { role: app, application: 'cn_5002' });
    const snapshot = await read(forbidden);
    expect(snapshot.server).not.toHaveProperty('coordinators');
    const type = (application: string) =>
      snapshot.sessions.find((session) => session.application === application)?.backendType;
    // Nodes are known by the names that they have by default.
    expect([type('cn_5002'), type('pg-headroom')]).toEqual(['node connection', 'client backend']);
  });
});

async function settingOf(client: Client, name: string): Promise<string> {
  const { rows } = await client.query('SELECT pg_catalog.current_setting($1) AS value', [name]);
  return rows[0].value;
}
