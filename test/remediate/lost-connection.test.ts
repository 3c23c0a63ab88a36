import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { RunRecord } from '../../functions/core/run/record.ts';
import type { Database, RemediatePorts } from '../../functions/remediate/ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { endsOfOurs } from '../support/interrupted-window.ts';
import { type Role, startServer, type TestServer, wanted } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import {
  aRequest,
  briskPorts,
  eagerPolicy,
  resultsOf,
  untilLockIsTaken,
  victimsOf,
  withDatabase,
} from '../support/runs.ts';
import { endAllSessions, expectAlive, expectNothingLeft } from '../support/server-state.ts';
import { fillUntilRefused, type TestSession } from '../support/sessions.ts';
import { startSlowNetwork } from '../support/slow-network.ts';
import { inMs } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Our session is lost at every step from the first termination on: the run reads what came of it, and ends nobody more. */

/** Two windows: the first has 32 victims, the second 8. */
const [NEED, FIRST, SECOND] = [40, 32, 8];
const ENFORCE = eagerPolicy('enforce', { freeSlots: NEED });
/** The key of the product's lock, "pghr" in ASCII. */
const LOCK_KEY = 0x70676872;

/** The server takes the end of one of its processes for a sign that memory may be damaged, and starts anew. */
async function crash(server: TestServer, session: TestSession | undefined): Promise<void> {
  if (session === undefined) return;
  const begun = () => server.log().split('terminating any other active server processes').length;
  const before = begun();
  process.kill(session.pid, 'SIGKILL');
  // It notices a moment later, and a statement that comes before would still be answered.
  await waitUntil(() => begun() > before, { what: 'the server had noticed' });
}

describe.each(wanted([14, 16, 18]))('PostgreSQL %i', (version) => {
  let server: TestServer;
  let app: Role;
  let headroom: Role;
  let sessions: readonly TestSession[];
  const log = vi.fn<RemediatePorts['log']>();

  beforeAll(async () => {
    const reserve = version >= 16 && { reserved_connections: 3 };
    const settings = { max_connections: 70, superuser_reserved_connections: 3, ...reserve };
    server = await startServer({ version, settings });
    app = await createRole(server, 'app');
    // Before 16 only superusers get into what is reserved.
    headroom =
      version >= 16
        ? await createLeastPrivilegeRole(server)
        : await createRole(server, 'headroom', 'SUPERUSER');
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    log.mockReset();
    await expectNothingLeft(server);
    await endAllSessions(server);
  });

  const run = async (ports: RemediatePorts, deadline?: () => number) => {
    ({ sessions } = await fillUntilRefused(server, { role: app, application: 'billing' }));
    const request = aRequest({ policy: ENFORCE });
    if (deadline !== undefined) Object.defineProperty(request, 'deadline', { get: deadline });
    return remediate(request, { ...ports, log });
  };
  const ports = () => briskPorts(server, headroom);
  const endOurs = async () => {
    const ours = "pg_stat_activity WHERE application_name = 'pg-headroom'";
    const ended = await server.query<{ pid: number }>(`SELECT pid, pg_terminate_backend(pid) FROM ${ours}`);
    // Once the server's process is gone, its reason has been sent. Before that, our next statement may meet a connection that breaks.
    const left = `SELECT FROM pg_stat_activity WHERE pid IN (${[0, ...ended.map(({ pid }) => pid)].join()})`;
    await waitUntil(async () => (await server.query(left)).length === 0, { what: 'our session had ended' });
  };
  /** Something that happens right before or after a window of the first session; later ones are left alone. */
  const atWindow = (
    size: number,
    happens: { before?: () => unknown; after?: () => unknown },
    lent = ports(),
  ) =>
    withDatabase(
      lent,
      (database): Database => ({
        ...database,
        terminate: async (victims) => {
          if (victims.length === size) await happens.before?.();
          const guards = await database.terminate(victims);
          if (victims.length === size) await happens.after?.();
          return guards;
        },
      }),
    );
  /** Whoever was not told to end is alive, and whoever is said to be there or not there is. */
  const expectTrue = async (record: RunRecord) => {
    const tried = new Map(record.attempts.map(({ pid, result }) => [pid, result]));
    const there = ['still-there', undefined];
    await expectAlive(
      server,
      sessions.filter(({ pid }) => there.includes(tried.get(pid))),
    );
    const gone = sessions.filter(({ pid }) => !there.includes(tried.get(pid)));
    expect(await Promise.all(gone.map(({ ended }) => ended))).toEqual(Array(gone.length).fill('57P01'));
  };
  const phasesOf = ({ readings }: RunRecord) => readings.map(({ phase }) => phase);

  test('before a window: no session of it is told to end, and those told before are verified', async () => {
    const record = await run(atWindow(SECOND, { before: endOurs }));
    expect(record).toMatchObject({
      outcome: 'recovered',
      problem: {
        code: 'connection-lost',
        message: expect.stringMatching(/8 attempts have no answer, .* A second session read the results\.$/),
      },
      connecting: { attempts: 2 },
    });
    expect(record.attempts.map(({ pid }) => pid)).toEqual(victimsOf(record));
    expect(record.attempts.map(({ guard }) => guard)).toEqual([
      ...Array(FIRST).fill('signalled'),
      ...Array(SECOND).fill('unknown'),
    ]);
    expect(resultsOf(record)).toEqual({ terminated: FIRST, 'still-there': SECOND });
    expect(record.readings.map(({ phase, gone }) => [phase, gone])).toEqual([
      ['verified', FIRST],
      ['settled', FIRST],
    ]);
    await expectTrue(record);
  });

  test('before the first window: no session ends, then or later', async () => {
    const record = await run(atWindow(FIRST, { before: endOurs }));
    expect(record).toMatchObject({ outcome: 'partial', problem: { code: 'connection-lost' } });
    expect(resultsOf(record)).toEqual({ 'still-there': FIRST });
    expect(log).toHaveBeenCalledTimes(1);
    await expectTrue(record);
  });

  test('in the middle of the answers: the sessions that are left tell the result of what has no answer, and nothing more is sent', async () => {
    await using proxy = await startCuttingProxy(server);
    const ours = briskPorts(proxy, headroom);
    const connect = vi.fn<RemediatePorts['connect']>((deadline) => {
      proxy.cutAfter(Number.POSITIVE_INFINITY, 'rows');
      return ours.connect(deadline);
    });
    const record = await run(
      atWindow(FIRST, { before: () => proxy.cutAfter(20, 'rows') }, { ...ours, connect }),
    );
    expect(record.problem?.message).toContain('12 attempts have no answer');
    expect(record.attempts.map(({ guard }) => guard)).toEqual([
      ...Array(20).fill('signalled'),
      ...Array(12).fill('unknown'),
    ]);
    const { terminated, gone = 0, 'still-there': alive = 0 } = resultsOf(record);
    expect([terminated, gone + alive]).toEqual([20, 12]);
    expect(record.outcome).toBe('recovered');
    expect([connect.mock.calls.length, log.mock.calls.length]).toEqual([2, 1]);
    await expectTrue(record);
  });

  test('before the verification: everybody is verified', async () => {
    const record = await run(atWindow(SECOND, { after: endOurs }));
    expect(record).toMatchObject({ outcome: 'recovered', problem: { code: 'connection-lost' } });
    expect(resultsOf(record)).toEqual({ terminated: NEED });
    expect(phasesOf(record)).toEqual(['verified', 'settled']);
    await expectTrue(record);
  });

  test('while settling: the last read is made up for', async () => {
    const endOnce = vi.fn<() => Promise<unknown>>(async () => {}).mockImplementationOnce(endOurs);
    const record = await run(briskPorts(server, headroom, endOnce));
    expect(record).toMatchObject({ outcome: 'recovered', problem: { code: 'connection-lost' } });
    expect(resultsOf(record)).toEqual({ terminated: NEED });
    expect(phasesOf(record)).toEqual(['verified', 'verified', 'settled']);
  });

  test('twice: the run gives up and says both', async () => {
    const lent = withDatabase(ports(), (database) => ({
      ...database,
      readSnapshot: async () => {
        if (log.mock.calls.length > 0) await endOurs();
        return database.readSnapshot();
      },
    }));
    const connect = vi.fn(lent.connect);
    const record = await run({ ...lent, connect });
    expect(record).toMatchObject({
      outcome: 'unverified',
      problem: { code: 'connection-lost' },
      readings: [],
    });
    expect(record.problem?.message.match(/was lost \(57P01/g)).toHaveLength(2);
    expect(resultsOf(record)).toEqual({ unknown: NEED });
    expect(connect).toHaveBeenCalledTimes(2);
  });

  test('for good: the attempts are on record, and both reasons are told', async () => {
    const denied = async () => {
      await server.query('ALTER ROLE headroom NOLOGIN');
      await endOurs();
    };
    const record = await run(atWindow(SECOND, { after: denied }));
    await server.query('ALTER ROLE headroom LOGIN');
    expect(record).toMatchObject({
      outcome: 'unverified',
      problem: { code: 'connection-lost' },
      readings: [],
    });
    expect(record.problem?.message).toMatch(
      /was lost \(57P01.* are not known\. The server .* denies us \(28000/,
    );
    expect(record.attempts.map(({ guard, result }) => `${guard} ${result}`)).toEqual(
      Array(NEED).fill('signalled unknown'),
    );
  });

  test('until the deadline: the run ends in time with what it knows', async () => {
    await using proxy = await startCuttingProxy(server);
    // However long the run takes until then, it has five seconds left.
    let deadline = inMs(120_000);
    const before = () => {
      proxy.cutAfter(20, 'rows');
      deadline = inMs(5_000);
    };
    const record = await run(atWindow(FIRST, { before }, briskPorts(proxy, headroom)), () => deadline);
    expect(record).toMatchObject({
      outcome: 'unverified',
      problem: { code: 'connection-lost' },
      readings: [],
    });
    expect(record.problem?.message).toMatch(
      /12 attempts have no answer.* are not known\. (Could not connect|No connection)/,
    );
    expect(resultsOf(record)).toEqual({ unknown: FIRST });
    expect(record.connecting.attempts).toBeGreaterThan(2);
  });

  // The bounds that take it back are proven for other versions in frozen.test.ts.
  test.runIf(version === 18)('unnoticed: the server has to take the lost session back first', async () => {
    await using network = await startSlowNetwork(server);
    const [through, past] = [briskPorts(network, headroom), ports()];
    const connect = vi.fn<RemediatePorts['connect']>(past.connect).mockImplementationOnce(through.connect);
    const swallowed = { after: async () => network.swallow() };
    const record = await run(atWindow(SECOND, swallowed, { ...through, connect }));
    expect(record).toMatchObject({ outcome: 'recovered', problem: { code: 'connection-lost' } });
    expect(resultsOf(record)).toEqual({ terminated: NEED });
    expect(endsOfOurs(server).at(-1)).toBe('57P05');
    await expectTrue(record);
  });

  test('with its lock taken by another run: what that does is not read as our doing', async () => {
    const holder = await server.connect(headroom);
    const handOver = async () => {
      const locked = holder.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
      await endOurs();
      await locked;
    };
    const record = await run(untilLockIsTaken(atWindow(SECOND, { after: handOver })));
    await holder.end();
    expect(record).toMatchObject({
      outcome: 'unverified',
      problem: { code: 'connection-lost' },
      readings: [],
    });
    expect(record.problem?.message).toContain('our lost session or another run holds the lock');
    expect(resultsOf(record)).toEqual({ unknown: NEED });
  });

  test.each([
    ['restarts', () => server.restart()],
    ['crashes and recovers', () => crash(server, sessions.at(-1))],
  ])('because the server %s: that everybody is gone is not claimed as our doing', async (_, happens) => {
    const record = await run(atWindow(SECOND, { before: happens }));
    expect(record).toMatchObject({ outcome: 'unverified', problem: { code: 'connection-lost' } });
    expect(record.problem?.message).toContain('the server has restarted or failed over');
    expect(resultsOf(record)).toEqual({ unknown: NEED });
    expect(record.readings).toMatchObject([{ phase: 'verified', gone: expect.any(Number), came: [] }]);
  });
});
