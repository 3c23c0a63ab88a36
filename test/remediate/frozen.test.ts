import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { remediate } from '../../functions/remediate/remediate.ts';
import { openDoors, REMEDIATE, recorded } from '../doors/doors.ts';
import { endsOfOurs, interruptWindow, oursOn, takenBack } from '../support/interrupted-window.ts';
import { IS_THOROUGH } from '../support/is-thorough.ts';
import { guardAgainstOrphaning } from '../support/lambda-guard.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { RunElsewhere } from '../support/run-elsewhere.ts';
import { aRequest, briskPorts, eagerPolicy, resultsOf, untilLockIsTaken } from '../support/runs.ts';
import { endAllSessions, expectAlive, expectNothingLeft } from '../support/server-state.ts';
import { openIdle, openMany, type TestSession } from '../support/sessions.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Lambda freezes a function between two instructions, or ends it: whoever holds slot and lock then loses them in time. */

const USABLE = 60;
/** One slot is left for the run that holds the lock, one for the next. */
const HELD = USABLE - 2;
/** Two windows: the first has 32 victims, the second 8. */
const FREE = 42;

describe.each(IS_THOROUGH ? ([14, 18] as const) : ([18] as const))('PostgreSQL %i', (version) => {
  let server: TestServer;
  let app: Role;
  let headroom: Role;

  beforeAll(async () => {
    const settings = { max_connections: USABLE + 3, superuser_reserved_connections: 3 };
    server = await startServer({ version, settings });
    app = await createRole(server, 'app');
    headroom = await createLeastPrivilegeRole(server);
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    await expectNothingLeft(server);
    await endAllSessions(server);
  });

  const open = (count: number, application: string) =>
    openMany(count, () => openIdle(server, { role: app, application }));
  const runElsewhere = (deadlineMs: number) =>
    new RunElsewhere({ address: server, role: headroom, freeSlots: FREE, deadlineMs });
  const run = (freeSlots: number, ports = briskPorts(server, headroom)) =>
    remediate(aRequest({ policy: eagerPolicy('enforce', { freeSlots }) }), ports);
  /** Fills the server again, with sessions that go before those whom the first run had chosen. */
  const expectNextRunHeals = async (sessions: readonly TestSession[]) => {
    const those = sessions.filter((session) => session.isOpen());
    await open(HELD - those.length, 'storefront');
    const record = await run(20);
    expect(record).toMatchObject({ outcome: 'recovered', problem: null });
    expect(resultsOf(record)).toEqual({ terminated: 18 });
    return those;
  };

  test('frozen in the middle of a window: slot and lock come back, the next run acts, and the thawed one ends no session', async () => {
    const sessions = await open(HELD, 'billing');
    await using frozen = runElsewhere(120_000);
    const window = await interruptWindow(server, frozen, () => frozen.freeze());

    // What holds others off is still there for 10 s, and what was sent runs.
    const second = await run(FREE, untilLockIsTaken(briskPorts(server, headroom)));
    expect(second).toMatchObject({ outcome: 'busy', attempts: [] });
    const sent = sessions.filter(({ pid }) => window.includes(pid));
    expect(await Promise.all(sent.map(({ ended }) => ended))).toEqual(Array(32).fill('57P01'));

    await takenBack(server);
    expect(endsOfOurs(server)).toEqual(['57P05']);
    const left = await expectNextRunHeals(sessions);
    expect(left).toHaveLength(HELD - 32);

    frozen.thaw();
    const record = await frozen.record();
    expect(record).toMatchObject({ outcome: 'recovered', problem: { code: 'connection-lost' } });
    // The answers came too late to be taken, and nothing was sent after them.
    expect(record.attempts.map(({ pid }) => pid)).toEqual(window);
    expect(resultsOf(record)).toEqual({ gone: 32 });
    await expectAlive(server, left);
  });

  test('frozen until after its deadline: thawed, it sends nothing and says what it had sent', async () => {
    const sessions = await open(HELD, 'billing');
    await using frozen = runElsewhere(8_000);
    const window = await interruptWindow(server, frozen, () => frozen.freeze());
    await takenBack(server);
    frozen.thaw();
    const record = await frozen.record();
    expect(record).toMatchObject({ outcome: 'unverified', readings: [] });
    expect(record.problem?.message).toContain('The time of this run is up');
    expect(record.attempts.map(({ pid, result }) => [pid, result])).toEqual(
      window.map((pid) => [pid, 'unknown']),
    );
    await expectAlive(
      server,
      sessions.filter(({ pid }) => !window.includes(pid)),
    );
  });

  test('killed in the middle of a window: slot and lock come back, and the next run acts', async () => {
    const sessions = await open(HELD, 'billing');
    await using killed = runElsewhere(120_000);
    const window = await interruptWindow(server, killed, () => killed.kill());
    await takenBack(server);
    await expectAlive(
      server,
      sessions.filter(({ pid }) => !window.includes(pid)),
    );
    await expectNextRunHeals(sessions);
  });

  /** Only Linux gives up on a peer that lives and takes nothing. */
  test.runIf(process.platform === 'linux')(
    'frozen while a long answer is on its way: slot and lock come back too',
    async () => {
      const child = spawn(process.execPath, ['--input-type=module', '--eval', LISTENING, address()], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      guardAgainstOrphaning(child);
      await once(child.stdout, 'data');
      child.kill('SIGSTOP');
      const isStuck = async () => (await oursOn(server))[0]?.waits === 'ClientWrite';
      await waitUntil(isStuck, { what: 'our session waited for us to take its answer' });
      const before = endsOfOurs(server).length;
      await takenBack(server);
      expect(endsOfOurs(server).slice(before)).not.toContain('57P05');
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  );
  const address = () => JSON.stringify({ host: server.host, port: server.port, ...headroom });

  test('frozen after its return it holds nothing, and thawed by the next event it works', async () => {
    const sessions = await open(HELD, 'billing');
    await using stack = new AsyncDisposableStack();
    const { lambda } = await openDoors(stack, {
      server,
      role: headroom,
      environment: { HEADROOM_POLICY: JSON.stringify(policy) },
    });
    const areOld = async () => {
      const text =
        "SELECT bool_and(state_change < now() - interval '10 s') AS old FROM pg_stat_activity WHERE usename = 'app'";
      return (await server.query<{ old: boolean }>(text))[0]?.old;
    };
    await waitUntil(areOld, { what: 'all sessions were idle for 10 s', everyMs: 250 });
    const acted = await lambda.invokeAsync(REMEDIATE, recorded('metric-alarm'));
    expect(acted.response).toMatchObject({ outcome: 'recovered' });
    await expectNothingLeft(server);
    const swept = await lambda.invokeAsync(REMEDIATE, recorded('schedule'));
    expect(swept).toMatchObject({ response: { outcome: 'healthy' }, attempts: [{ coldStart: false }] });
    await expectNothingLeft(server);
    await expectAlive(
      server,
      sessions.filter((session) => session.isOpen()),
    );
  });
  const policy = {
    mode: 'enforce',
    relieve: {
      when: { freeSlots: 3 },
      until: { freeSlots: FREE },
      ladder: [{ state: 'idle', minAge: '10s' }],
    },
    limits: { maxPercent: 100 },
  };
});

/** Our own session, with the lock and an answer that is larger than all buffers on its way. */
const LISTENING = `
  const { attemptSession } = await import(${JSON.stringify(new URL('../../functions/postgres/connection/attempt.ts', import.meta.url))});
  const { TRY_LOCK } = await import(${JSON.stringify(new URL('../../functions/postgres/postgresql/sql/try-lock.ts', import.meta.url))});
  const { user, password, ...address } = JSON.parse(process.argv[1]);
  const target = { ...address, database: 'postgres', tls: { mode: 'off' } };
  const { session } = await attemptSession(target, false, { user, password });
  await session.client.query(TRY_LOCK);
  session.client.query("SELECT repeat('x', 1000) FROM pg_class a, pg_class b, pg_class c").catch(() => {});
  setImmediate(() => console.log('asked'));`;
