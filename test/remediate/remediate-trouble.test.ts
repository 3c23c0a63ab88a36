import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { parsePolicy } from '../../functions/core/policy/parse-policy.ts';
import type { Trigger } from '../../functions/core/trigger/trigger.ts';
import type { Database, RemediatePorts } from '../../functions/remediate/ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import {
  alarmNow,
  aRequest,
  briskPorts,
  eagerPolicy,
  endedOf,
  resultsOf,
  untilLockIsTaken,
  victimsOf,
  withDatabase,
} from '../support/runs.ts';
import { endAllSessions, expectAlive, expectNothingLeft } from '../support/server-state.ts';
import { fillUntilRefused, openHolderOfAdvisoryLock, openIdle } from '../support/sessions.ts';
import { stopClock } from '../support/stop-clock.ts';
import { inMs } from '../support/targets.ts';

/** Two windows: the first has 32 victims. */
const NEED = 40;
const ENFORCE = eagerPolicy('enforce', { freeSlots: NEED });
/** The key of the product's lock, "pghr" in ASCII. */
const LOCK_KEY = 0x70676872;

describe('with a server', () => {
  let server: TestServer;
  let app: Role;
  let headroom: Role;

  beforeAll(async () => {
    const settings = { max_connections: 70, superuser_reserved_connections: 3, reserved_connections: 3 };
    server = await startServer({ version: 18, settings });
    app = await createRole(server, 'app');
    headroom = await createLeastPrivilegeRole(server);
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    await expectNothingLeft(server);
    await endAllSessions(server);
  });

  const fill = async () => (await fillUntilRefused(server, { role: app, application: 'billing' })).sessions;
  /** The port with something that happens right before or after its statements. */
  const around = (
    terminate: (
      database: Database,
      ...victims: Parameters<Database['terminate']>
    ) => ReturnType<Database['terminate']>,
    ports = briskPorts(server, headroom),
  ) =>
    withDatabase(ports, (database) => ({
      ...database,
      terminate: (victims) => terminate(database, victims),
    }));

  test('every window is logged before it is sent', async () => {
    const sessions = await fill();
    const log = vi.fn<RemediatePorts['log']>();
    const record = await remediate(aRequest({ policy: ENFORCE }), { ...briskPorts(server, headroom), log });
    const windows = log.mock.calls.map(([event, fields]) => ({ event, ...fields }));
    const pids = victimsOf(record);
    expect(windows).toEqual([
      { event: 'terminating', runId: 'run-1', round: 1, pids: pids.slice(0, 32) },
      { event: 'terminating', runId: 'run-1', round: 1, pids: pids.slice(32) },
    ]);
    expect(resultsOf(record)).toEqual({ terminated: NEED });
    expect(await endedOf(sessions, record)).toHaveLength(NEED);
  });

  test('while another session holds the lock, a run is busy and looks at nothing', async () => {
    const sessions = await fill();
    const holder = await server.connect(headroom);
    await holder.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
    const record = await remediate(
      aRequest({ policy: ENFORCE }),
      untilLockIsTaken(briskPorts(server, headroom)),
    );
    expect(record).toMatchObject({
      outcome: 'busy',
      problem: null,
      snapshot: null,
      plan: null,
      attempts: [],
    });
    expect(record.timings).toMatchObject({ connected: expect.any(Number), locked: null });
    await expectAlive(server, sessions);
    await holder.end();
  });

  test('a lock of another program does not stop a run', async () => {
    const holder = await openHolderOfAdvisoryLock(server, { role: app, application: 'leader' });
    const record = await remediate(aRequest({ policy: ENFORCE }), briskPorts(server, headroom));
    expect(record.outcome).toBe('unexplained');
    await holder.close();
  });

  test('a blind role ends no session, and says which grant is missing', async () => {
    const blind = await createRole(server, 'half_blind');
    await server.query('GRANT pg_signal_backend, pg_use_reserved_connections TO half_blind');
    const sessions = await fill();
    const record = await remediate(aRequest({ policy: ENFORCE }), briskPorts(server, blind));
    expect(record).toMatchObject({ outcome: 'blind', plan: null, attempts: [] });
    expect(record.problem).toMatchObject({
      code: 'blind-role',
      message: expect.stringContaining('GRANT pg_read_all_stats TO "half_blind"'),
    });
    await expectAlive(server, sessions);
  });

  test('thresholds that do not fit the server end no session', async () => {
    const sessions = await fill();
    const policy = eagerPolicy('enforce', { freeSlots: 1_000 });
    const record = await remediate(aRequest({ policy }), briskPorts(server, headroom));
    expect(record).toMatchObject({
      outcome: 'failed',
      problem: { code: 'target-unreachable' },
      attempts: [],
    });
    await expectAlive(server, sessions);
  });

  test('a deadline that comes while a window waits is told with what was sent', async () => {
    await fill();
    const superuser = await server.connect();
    const clock = stopClock(briskPorts(server, headroom));
    const ports = around(async (database, victims) => {
      // The first guarded statement has to look its function up, and waits for this lock.
      await superuser.query('BEGIN');
      await superuser.query('LOCK TABLE pg_catalog.pg_proc');
      clock.start();
      startedAt = Date.now();
      return database.terminate(victims);
    }, clock.ports);
    let startedAt = Date.now();
    const record = await remediate(aRequest({ policy: ENFORCE, deadline: inMs(1_500) }), ports);
    expect(Date.now() - startedAt).toBeLessThan(4_500);
    await superuser.query('ROLLBACK');
    expect(record).toMatchObject({ outcome: 'unverified', problem: { code: 'deadline-near' } });
    expect(record.attempts.map(({ pid }) => pid)).toEqual(victimsOf(record).slice(0, 32));
    expect(resultsOf(record)).toEqual({ unknown: 32 });
    await superuser.end();
  });

  test('a server that cannot be entered is told with how often it was tried', async () => {
    await fillUntilRefused(server, { role: app });
    const record = await remediate(
      aRequest({ policy: ENFORCE, deadline: inMs(500) }),
      briskPorts(server, app),
    );
    expect(record).toMatchObject({
      outcome: 'cannot-connect',
      problem: { code: 'connect-full' },
      snapshot: null,
    });
    expect(record.connecting.attempts).toBeGreaterThan(1);
    expect(record.connecting.refusals).toContainEqual(
      expect.objectContaining({ sqlstate: '53300', routine: 'InitPostgres' }),
    );
  });

  test('a deadline that has passed ends no session', async () => {
    const session = await openIdle(server, { role: app });
    const record = await remediate(
      aRequest({ policy: ENFORCE, deadline: inMs(0) }),
      briskPorts(server, headroom),
    );
    expect(record).toMatchObject({ outcome: 'failed', problem: { code: 'deadline-near' }, attempts: [] });
    expect(record.connecting.attempts).toBe(0);
    await expectAlive(server, [session]);
  });
});

describe('no connection is made', () => {
  const connect = vi.fn<RemediatePorts['connect']>();
  const ports: RemediatePorts = {
    ownRole: async () => null,
    connect,
    recall: async () => null,
    readPooler: async () => null,
    now: Date.now,
    sleep: async () => {},
    log: () => {},
  };
  const alarm = (fields: object): Trigger => ({ ...alarmNow(), ...fields }) as Trigger;

  test.each<[string, string, Parameters<typeof aRequest>[0]]>([
    ['in mode off', 'off', { policy: parsePolicy({ mode: 'off' }) }],
    [
      'for an alarm of six minutes ago',
      'stale',
      { policy: ENFORCE, trigger: alarm({ at: new Date(inMs(-360_000)).toISOString() }) },
    ],
    ['for an alarm that goes to OK', 'muted', { policy: ENFORCE, trigger: alarm({ state: 'OK' }) }],
    [
      'for an alarm whose actions are suppressed',
      'muted',
      { policy: ENFORCE, trigger: alarm({ suppressedBy: 'Alarm' }) },
    ],
    ['after the deadline', 'failed', { policy: ENFORCE, deadline: inMs(-1) }],
  ])('%s: %s', async (_, outcome, fields) => {
    const record = await remediate(aRequest(fields), ports);
    expect(record).toMatchObject({ outcome, attempts: [], connecting: { attempts: 0 }, snapshot: null });
    expect(connect).not.toHaveBeenCalled();
  });
});
