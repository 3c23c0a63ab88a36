import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parseLogLines } from '../../functions/events/parse-log-lines.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { terminateNamed } from '../../functions/remediate/terminate-named.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { emulateGauss, type GaussKind, pidOn } from '../support/gauss-shim.ts';
import { type Role, startServer, type TestServer, wanted } from '../support/postgres-server.ts';
import { recordOf } from '../support/records.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { aRequest, briskPorts, eagerPolicy, resultsOf, withDatabase } from '../support/runs.ts';
import { endAllSessions, expectAlive, expectNothingLeft } from '../support/server-state.ts';
import { openActive, openIdle, openMany, type TestSession } from '../support/sessions.ts';
import { openDatabase, type Place } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';

const KINDS: readonly GaussKind[] = ['openGauss', 'thread-pool', 'dws'];
/** Of twenty slots GaussDB's administrators have three for themselves. */
const USABLE = 17;
const LEAKED = 14;
const ENFORCE = eagerPolicy('enforce', { freeSlots: 9 });
/** Sixteen sessions leave one slot free, and nine are wanted. */
const NEED = 8;

/** What GaussDB(DWS) writes into its log, with its own prefix. */
function refusedOnDws(at: Date) {
  const prefix = `${at.toISOString().slice(0, 23).replace('T', ' ')} CST 6191c7d6.5104 orders 139885 [unknown] 0 cn_5001 53300 0 [BACKEND] `;
  const message = `${prefix}FATAL:  Already too many clients, active/non-active/reserved: 1/15/3`;
  return parseLogLines({
    messageType: 'DATA_MESSAGE',
    logGroup: '/gaussdb/orders',
    logStream: 'cn_5001',
    logEvents: [{ message, timestamp: at.getTime() }],
  });
}

describe.each(wanted([14, 16, 18]))('PostgreSQL %i in the place of GaussDB', (version) => {
  let server: TestServer;
  let app: Role;
  let headroom: Role;
  const places = new Map<GaussKind, Place>();

  beforeAll(async () => {
    const settings = { max_connections: 20, superuser_reserved_connections: 3 };
    server = await startServer({ version, settings });
    app = await createRole(server, 'app');
    headroom = await createLeastPrivilegeRole(server);
    for (const kind of KINDS)
      places.set(kind, await emulateGauss(server, kind, kind === 'dws' ? 'readable' : 'none'));
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    await expectNothingLeft(server);
    await endAllSessions(server);
  });

  const placeOf = (kind: GaussKind): Place => places.get(kind) ?? server;
  const leak = (count = LEAKED) =>
    openMany(count, () => openIdle(server, { role: app, application: 'billing', statement: 'SELECT 1' }));

  const withSnapshot = async (kind: GaussKind) => {
    const database = await openDatabase(placeOf(kind), headroom);
    const snapshot = await database.readSnapshot();
    await database.close();
    return snapshot;
  };

  describe.each(KINDS)('%s', (kind) => {
    const ports = () => briskPorts(placeOf(kind), headroom);
    const others = async () => [
      await openActive(server, { role: app, application: 'report' }),
      await openIdle(server, { role: server.superuser, application: 'admin' }),
    ];

    test('one run has the lock, and a lock like it of a stranger stops no run', async () => {
      const stranger = await server.connect(app, {
        database: placeOf(kind).database,
        application_name: 'psql',
      });
      await stranger.query('SELECT pg_advisory_lock(1885825138), pg_advisory_lock(1885825138, 7)');
      const [one, other] = [
        await openDatabase(placeOf(kind), headroom),
        await openDatabase(placeOf(kind), headroom),
      ];
      const first = await one.tryLock();
      expect(first).toMatchObject({ locked: true, total: 1, holders: [{ user: 'app', isRun: false }] });
      expect(await other.tryLock()).toMatchObject({
        locked: false,
        holders: [{ user: 'headroom', isRun: true }, { isRun: false }],
      });
      await one.close();
      expect(await other.tryLock()).toMatchObject({ locked: true, total: 1 });
      await other.close();
      await stranger.end();
    });

    test('a leak gives as many slots back as the policy wants, and the report tells of it', async () => {
      const spared = await others();
      const leaked = await leak();
      const trigger = refusedOnDws(new Date());
      const record = await remediate(aRequest({ policy: ENFORCE, trigger }), ports());

      expect(record).toMatchObject({
        outcome: 'recovered',
        problem: null,
        snapshot: { server: { flavor: 'gaussdb' } },
      });
      expect(record.plan?.pressure).toMatchObject([{ usable: USABLE, used: 16, need: NEED }]);
      expect(resultsOf(record)).toEqual({ terminated: NEED });
      const pids = new Set(record.attempts.map(({ pid }) => pid));
      const ended = leaked.filter(({ pid }) => pids.has(pidOn(kind, pid)));
      expect(await Promise.all(ended.map((session) => session.ended))).toEqual(Array(NEED).fill('57P01'));
      await expectAlive(server, [...spared, ...leaked.filter((session) => !ended.includes(session))]);
      expect(record.readings.at(-1)?.pressure).toMatchObject([{ free: 9, under: false, need: 0 }]);

      const text = fullTextOf(record);
      const flat = text.replaceAll(/\s+/g, ' ');
      expect(flat).toContain('the server counted 15 of 19 non-active, active 1, reserved 3');
      expect(flat).toContain(
        '16 of 17 usable slots are taken, 1 is free (max_connections 17, and 3 for administrators).',
      );
      expect(flat).toContain(
        { openGauss: 'openGauss 5.0.0', 'thread-pool': 'GaussDB Kernel 505.2.0', dws: 'GaussDB 8.1.3' }[kind],
      );
      expect(flat.includes('cn_5002 12 sessions, 9 idle.')).toBe(kind === 'dws');
    });

    test('a session that becomes busy between the snapshot and its turn stays, and another ends instead', async () => {
      await others();
      const leaked = await leak();
      let woken: readonly TestSession[] = [];
      const waking = withDatabase(ports(), (database) => ({
        ...database,
        terminate: async (victims) => {
          if (woken.length === 0) {
            woken = leaked.filter(({ pid }) =>
              victims.slice(0, 3).some((victim) => victim.pid === pidOn(kind, pid)),
            );
            await Promise.all(woken.map(({ client }) => client.query('BEGIN')));
            await waitUntil(async () => (await inTransaction()) === 3, {
              what: 'the server showed them busy',
            });
          }
          return await database.terminate(victims);
        },
      }));
      const record = await remediate(aRequest({ policy: ENFORCE }), waking);
      expect(resultsOf(record)).toEqual({ terminated: NEED, changed: 3 });
      await expectAlive(server, woken);
    });

    test('a session that the server refuses to end is told apart, and those around it go', async () => {
      await others();
      const chief = await createRole(server, `chief_${kind}`);
      await leak(7);
      const forbidden = await openMany(7, () => openIdle(server, { role: chief, application: 'chiefs' }));
      const promoting = withDatabase(ports(), (database) => ({
        ...database,
        terminate: async (victims) => {
          await server.query(`ALTER ROLE "${chief.user}" SUPERUSER`);
          return await database.terminate(victims);
        },
      }));
      const record = await remediate(aRequest({ policy: ENFORCE }), promoting);
      const { attempts, plan } = record;
      const chiefs = new Set(forbidden.map(({ pid }) => pidOn(kind, pid)));
      expect(plan?.victims.some(({ session }) => chiefs.has(session.pid ?? 0))).toBe(true);
      for (const { pid, guard } of attempts) expect(guard).toBe(chiefs.has(pid) ? 'forbidden' : 'signalled');
      const text = fullTextOf(record);
      expect(text).toContain('2  not allowed: our role needs gs_role_signal_backend');
      expect(text).toContain('GRANT gs_role_signal_backend TO "headroom";');
      expect(text).not.toMatch(/\bpg_signal_backend/);
      await expectAlive(server, forbidden);
    });

    test('a session that left, one that ran a statement since, and a stranger under its number are no match', async () => {
      const database = await openDatabase(placeOf(kind), headroom);
      const [left, awake, stranger] = await leak(3);
      const rowOf = async (session?: TestSession) => {
        const { sessions } = await database.readSnapshot();
        const row = sessions.find(({ pid }) => pid === pidOn(kind, session?.pid ?? 0));
        if (row === undefined) throw new Error('A row is missing');
        return row;
      };
      const [leftRow, awakeRow, strangerRow] = [await rowOf(left), await rowOf(awake), await rowOf(stranger)];
      await left?.close();
      await awake?.client.query('SELECT 1');
      const settled = async () =>
        (await server.query('SELECT FROM pg_stat_activity WHERE pid = $1', [left?.pid])).length === 0 &&
        (await rowOf(awake)).stateChange !== awakeRow.stateChange;
      await waitUntil(settled, { what: 'the server showed both' });
      const reused = { ...strangerRow, backendStart: leftRow.backendStart };
      const results = await database.terminate([leftRow, awakeRow, reused]);
      expect(results).toEqual(['no-match', 'no-match', 'no-match']);
      await expectAlive(
        server,
        [awake, stranger].filter((session) => session !== undefined),
      );
      await database.close();
    });

    test('a role that sees no other session ends in a message that says what it lacks', async () => {
      const blind = await createRole(server, `blind_${kind}`);
      await leak(3);
      const record = await remediate(aRequest({ policy: ENFORCE }), briskPorts(placeOf(kind), blind));
      expect(record).toMatchObject({ outcome: 'blind', attempts: [] });
      const text = fullTextOf(record);
      expect(text).toContain(`ALTER USER "blind_${kind}" MONADMIN;`);
      expect(text).toContain(`GRANT gs_role_read_all_stats TO "blind_${kind}";`);
      expect(text).not.toContain('pg_read_all_stats');
    });

    test('the statement of a message that shows the holders of slots runs there', async () => {
      await leak(3);
      const snapshot = await withSnapshot(kind);
      const text = fullTextOf({ ...recordOf('unverified'), snapshot });
      const statement = /SELECT application_name, usename.*?;/s.exec(text)?.[0] ?? '';
      const client = new Client({ ...placeOf(kind), ...headroom });
      await client.connect();
      const { rows } = await client.query(statement);
      await client.end();
      expect(rows[0]).toMatchObject({ application_name: 'billing', usename: 'app', count: '3' });
    });

    test('a human names a session by the number that a snapshot shows', async () => {
      const [named] = await leak(1);
      const pid = pidOn(kind, named?.pid ?? 0);
      const database = await openDatabase(placeOf(kind), headroom);
      const { sessions } = await terminateNamed({ pids: [pid], apply: true }, database, ports());
      expect(sessions.map(({ result }) => result)).toEqual(['terminated']);
      expect(await named?.ended).toBe('57P01');
      await database.close();
    });
  });

  async function inTransaction(): Promise<number> {
    const rows = await server.query("SELECT FROM pg_stat_activity WHERE state = 'idle in transaction'");
    return rows.length;
  }
});
