import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { adviseOn } from '../../functions/core/advice/advise.ts';
import type { RemediatePorts } from '../../functions/remediate/ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { anAdviceCase, LEAK } from '../core/advice/an-advice-case.ts';
import { statementsOf } from '../core/advice/statements.ts';
import { endsOfOurs, interruptWindow, takenBack } from '../support/interrupted-window.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { RunElsewhere } from '../support/run-elsewhere.ts';
import {
  aRequest,
  bothIn,
  briskPorts,
  eagerPolicy,
  endedOf,
  resultsOf,
  SWEEP,
  untilLockIsTaken,
  victimsOf,
  withDatabase,
} from '../support/runs.ts';
import { endAllSessions, expectAlive, expectNothingLeft } from '../support/server-state.ts';
import { openIdle, openMany } from '../support/sessions.ts';
import { caughtUp, startStandby } from '../support/standby.ts';
import { waitUntil } from '../support/wait-until.ts';

/** A read replica has slots of its own to lose, and no write is needed to give them back. */

const USABLE = 60;
/** One slot is left for the run that holds the lock, one for the next. */
const HELD = USABLE - 2;
/** Two windows: the first has 32 victims, the second 8. */
const [FREE, NEED] = [42, 40];
const ENFORCE = eagerPolicy('enforce', { freeSlots: FREE });
/** The key of the product's lock, "pghr" in ASCII. */
const LOCK_KEY = 0x70676872;

describe.each([14, 18] as const)('PostgreSQL %i', (version) => {
  let primary: TestServer;
  let replica: TestServer;
  let app: Role;
  let headroom: Role;

  beforeAll(async () => {
    const settings = { max_connections: USABLE + 3, superuser_reserved_connections: 3 };
    primary = await startServer({ version, settings });
    replica = await startStandby(primary, settings);
    // Made on the primary after the copy: they come by streaming.
    app = await createRole(primary, 'app');
    headroom = await createLeastPrivilegeRole(primary);
    await caughtUp(primary, replica);
  });
  afterAll(async () => {
    await replica.stop();
    await primary.stop();
  });
  afterEach(async () => {
    for (const server of [replica, primary]) {
      await expectNothingLeft(server);
      await endAllSessions(server);
    }
  });

  const fill = (server = replica) =>
    openMany(HELD, () => openIdle(server, { role: app, application: 'billing' }));

  test('answers what advice asks about readers that wait for its WAL', async () => {
    const { record, diagnosis } = anAdviceCase({
      groups: [{ ...LEAK, state: 'active' }],
      cause: 'slow-queries',
      change: ({ sessions, ...rest }) => ({
        ...rest,
        sessions: sessions.map((each) =>
          each.application === LEAK.application ? { ...each, waitEvent: 'WaitForWalReplay' } : each,
        ),
      }),
    });
    const [advice] = adviseOn(record, diagnosis);
    expect(advice?.text).toContain('in WAIT FOR LSN until this standby has the WAL');
    const rows = [];
    for (const each of statementsOf(advice?.paste?.lines ?? [])) rows.push(...(await replica.query(each)));
    expect(rows).toMatchObject([{ pg_is_wal_replay_paused: false }, { status: 'streaming' }]);
  });

  test('gets its slots back in a run like any other, and stays a replica', async () => {
    const notifier = await openIdle(replica, { role: app, application: 'notifier', statement: 'SELECT 1' });
    const sessions = await openMany(HELD - 1, () => openIdle(replica, { role: app, application: 'billing' }));
    const bystanders = await openMany(3, () => openIdle(primary, { role: app, application: 'billing' }));
    // A session that ran something within 5 s counts as used, and no limit is advised below what is used.
    const haveRested = async () =>
      (
        await replica.query(
          "SELECT FROM pg_stat_activity WHERE application_name = 'billing' AND state_change > clock_timestamp() - interval '5 s'",
        )
      ).length === 0;
    await waitUntil(haveRested, { what: 'all sessions had been idle for 5 s' });
    const record = await remediate(aRequest({ policy: ENFORCE }), briskPorts(replica, headroom));
    expect(record).toMatchObject({ outcome: 'recovered', problem: null });
    expect(resultsOf(record)).toEqual({ terminated: NEED });
    expect(record.attempts.map(({ pid }) => pid)).toEqual(victimsOf(record));
    const ended = await endedOf(sessions, record);
    expect(ended.map((session) => session.errorCode())).toEqual(Array(NEED).fill('57P01'));
    expect(record.readings.map(({ phase, gone }) => [phase, gone])).toEqual([
      ['verified', NEED],
      ['settled', NEED],
    ]);
    await expectAlive(replica, [notifier]);
    await expectAlive(primary, bystanders);
    // Roles are changed on the primary, for all of its servers: nothing of it is computed from this one.
    expect(record.snapshot?.server.isReplica).toBe(true);
    const text = fullTextOf(record).replaceAll(/\s+/g, ' ');
    expect(text).toContain('This is a read replica: set the CONNECTION LIMIT of role app on the primary');
    expect(text).not.toMatch(/ALTER (ROLE|DATABASE)/);
    expect(await replica.query('SELECT pg_is_in_recovery() AS is')).toEqual([{ is: true }]);
  });

  test('has a lock of its own: of two runs one acts, and what is locked on the primary is no hindrance', async () => {
    await fill();
    const holder = await primary.connect();
    await holder.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
    const ports = bothIn(briskPorts(replica, headroom));
    const request = aRequest({ policy: ENFORCE, trigger: SWEEP });
    const records = await Promise.all(
      ['run-1', 'run-2'].map((runId) => remediate({ ...request, runId }, ports)),
    );
    await holder.end();
    expect(records.filter(({ outcome }) => outcome === 'recovered')).toHaveLength(1);
    expect(records.filter(({ outcome }) => outcome === 'healthy' || outcome === 'busy')).toHaveLength(1);
    expect(records.flatMap(({ attempts }) => attempts)).toHaveLength(NEED);
  });

  test('takes slot and lock back from a run that is frozen in the middle of a window', async () => {
    const sessions = await fill();
    const errand = { address: replica, role: headroom, freeSlots: FREE, deadlineMs: 120_000 };
    await using frozen = new RunElsewhere(errand);
    const window = await interruptWindow(replica, frozen, () => frozen.freeze());
    const second = untilLockIsTaken(briskPorts(replica, headroom));
    expect(await remediate(aRequest({ policy: ENFORCE }), second)).toMatchObject({ outcome: 'busy' });
    const sent = sessions.filter(({ pid }) => window.includes(pid));
    expect(await Promise.all(sent.map(({ ended }) => ended))).toEqual(Array(32).fill('57P01'));
    await takenBack(replica);
    expect(endsOfOurs(replica)).toEqual(['57P05']);

    const left = sessions.filter((session) => session.isOpen());
    await openMany(HELD - left.length, () => openIdle(replica, { role: app, application: 'storefront' }));
    const policy = eagerPolicy('enforce', { freeSlots: 20 });
    const next = await remediate(aRequest({ policy }), briskPorts(replica, headroom));
    expect([next.outcome, resultsOf(next)]).toEqual(['recovered', { terminated: 18 }]);
    frozen.thaw();
    expect(resultsOf(await frozen.record())).toEqual({ gone: 32 });
    await expectAlive(replica, left);
  });

  test('that answers in place of a lost primary shows nothing of what was done there', async () => {
    const sessions = await fill(primary);
    const bystander = await openIdle(replica, { role: app });
    const [before, after] = [briskPorts(primary, headroom), briskPorts(replica, headroom)];
    let connects = 0;
    const connect: RemediatePorts['connect'] = (deadline) => {
      connects += 1;
      return (connects === 1 ? before : after).connect(deadline);
    };
    const ports = withDatabase({ ...before, connect }, (database) => ({
      ...database,
      terminate: async (victims) => {
        const guards = await database.terminate(victims);
        const ours = "pg_stat_activity WHERE application_name = 'pg-headroom'";
        if (victims.length < 32) await primary.query(`SELECT pg_terminate_backend(pid) FROM ${ours}`);
        return guards;
      },
    }));
    const record = await remediate(aRequest({ policy: ENFORCE }), ports);
    expect(record).toMatchObject({ outcome: 'unverified', problem: { code: 'connection-lost' } });
    expect(record.problem?.message).toContain('restarted or failed over');
    expect(resultsOf(record)).toEqual({ unknown: NEED });
    await expectAlive(replica, [bystander]);
    await expectAlive(
      primary,
      sessions.filter(({ pid }) => !victimsOf(record).includes(pid)),
    );
  });
});
