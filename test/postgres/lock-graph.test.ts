import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { lockGraphOf } from '../../functions/core/server/lock-graph.ts';
import type { Snapshot } from '../../functions/core/server/snapshot.ts';
import { clearScene, createLockScene, playScene, STEP_RANGES, type Step } from '../support/lock-scenes.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { openDatabase } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';

const SCENES = 30;
const { session, statement, key } = STEP_RANGES;
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({ session: fc.nat(session - 1), statement: fc.nat(statement - 1), key: fc.nat(key - 1) }),
  { minLength: 20, maxLength: 45 },
);

type Roots = Readonly<Record<number, readonly number[]>>;

/** The server's own answer: for each session those that it waits for. */
async function aheadIn(server: TestServer): Promise<ReadonlyMap<number, readonly number[]>> {
  const rows = await server.query<{ pid: number; ahead: readonly number[] }>(
    `SELECT pid, pg_blocking_pids(pid) AS ahead FROM pg_stat_activity WHERE backend_type <> 'parallel worker'`,
  );
  return new Map(rows.map(({ pid, ahead }) => [pid, ahead]));
}

/** It walked from each waiter to those that wait for nobody. */
function walked(aheadOf: ReadonlyMap<number, readonly number[]>): Roots {
  const rootsOf = (pid: number, seen = new Set<number>()): readonly number[] => {
    if (seen.has(pid)) return [];
    seen.add(pid);
    const ahead = aheadOf.get(pid) ?? [];
    return ahead.length === 0 ? [pid] : ahead.flatMap((each) => rootsOf(each, seen));
  };
  const waiting = [...aheadOf].filter(([, ahead]) => ahead.length > 0);
  return Object.fromEntries(waiting.map(([pid]) => [pid, sorted(rootsOf(pid))]));
}

function rootsIn(snapshot: Snapshot): Roots {
  const graph = lockGraphOf(snapshot);
  const waiting = snapshot.sessions.flatMap(({ pid }) => (pid !== null && graph.isWaiting(pid) ? [pid] : []));
  return Object.fromEntries(waiting.map((pid) => [pid, sorted([...graph.headsOf([pid])])]));
}

function sorted(pids: readonly number[]): readonly number[] {
  return [...new Set(pids)].sort((a, b) => a - b);
}

describe.each([14, 18] as const)('on PostgreSQL %i', (version) => {
  let server: TestServer;
  let headroom: Role;
  let app: Role;
  beforeAll(async () => {
    // Circles are to last until they were looked at.
    const settings = { max_prepared_transactions: 5, max_connections: 60, deadlock_timeout: '600s' };
    server = await startServer({ version, settings });
    headroom = await createLeastPrivilegeRole(server);
    app = await createRole(server, 'app');
    await createLockScene(server, app);
  });
  afterAll(() => server.stop());
  afterEach(() => clearScene(server, app));

  const read = async (): Promise<Snapshot> => {
    const database = await openDatabase(server, headroom);
    const snapshot = await database.readSnapshot();
    await database.close();
    return snapshot;
  };

  test(`the heads of all queues are those that pg_blocking_pids leads to, in ${SCENES} scenes`, async () => {
    let waiters = 0;
    for (const scene of fc.sample(steps, { numRuns: SCENES, seed: 16 + version })) {
      await playScene(server, app, scene);
      const [snapshot, ahead] = [await read(), await aheadIn(server)];
      const expected = walked(ahead);
      expect(rootsIn(snapshot), JSON.stringify({ scene, locks: snapshot.locks })).toEqual(expected);
      for (const { pid, blockedBy } of snapshot.sessions) {
        expect(blockedBy.length).toBeLessThanOrEqual(3);
        expect(ahead.get(pid ?? 0) ?? []).toEqual(expect.arrayContaining([...blockedBy]));
      }
      waiters += Object.keys(expected).length;
      await clearScene(server, app);
    }
    expect(waiters).toBeGreaterThan(3 * SCENES);
  });

  test('a holder of a weaker mode stands before the sessions that wait for it, as in the queue of the server', async () => {
    const [accessShare, rowExclusive, share, alter] = [8, 9, 11, 13];
    const steps = [
      { session: 0, statement: accessShare },
      { session: 1, statement: share },
      { session: 2, statement: accessShare },
      { session: 3, statement: alter },
      { session: 2, statement: rowExclusive },
    ];
    await playScene(
      server,
      app,
      steps.map((step) => ({ ...step, key: 0 })),
    );
    const [snapshot, expected] = [await read(), walked(await aheadIn(server))];
    expect(Object.values(expected).map(({ length }) => length)).toEqual(expect.arrayContaining([1, 2]));
    expect(rootsIn(snapshot)).toEqual(expected);
  });

  test('parallel workers that hold a lock are the session that they work for', async () => {
    await server.query('CREATE TABLE large AS SELECT generate_series(1, 20000) AS id');
    await server.query('ALTER TABLE large OWNER TO app');
    const reader = await server.connect(app);
    const { rows } = await reader.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await reader.query(
      'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0',
    );
    reader.query('SELECT id, pg_sleep(600) FROM large WHERE id % 100 = 0').catch(() => {});
    const workers = async () =>
      (
        await server.query(
          "SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.relation = 'large'::regclass AND a.backend_type = 'parallel worker'",
        )
      ).length > 0;
    await waitUntil(workers, { what: 'a parallel worker held the table' });
    const migration = await server.connect(app);
    migration.query('ALTER TABLE large ADD COLUMN more int').catch(() => {});
    const waits = async () => (await server.query('SELECT FROM pg_locks WHERE NOT granted')).length > 0;
    await waitUntil(waits, { what: 'the migration waited' });
    const snapshot = await read();
    expect(Object.values(rootsIn(snapshot))).toEqual([[rows[0]?.pid]]);
    expect(rootsIn(snapshot)).toEqual(walked(await aheadIn(server)));
  });

  test('where the locks may not be read, the server is asked for each waiter', async () => {
    await playScene(server, app, [
      { session: 0, statement: 0, key: 0 },
      { session: 1, statement: 0, key: 0 },
    ]);
    await server.query('REVOKE SELECT ON pg_catalog.pg_locks FROM PUBLIC');
    const snapshot = await read();
    await server.query('GRANT SELECT ON pg_catalog.pg_locks TO PUBLIC');
    expect(snapshot.locks).toBeUndefined();
    expect(Object.keys(rootsIn(snapshot))).toHaveLength(1);
    expect(rootsIn(snapshot)).toEqual(walked(await aheadIn(server)));
  });
});
