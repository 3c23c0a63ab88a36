import { expect, test } from 'vitest';
import { NO_SETTINGS, type PoolerState } from '../../../functions/core/server/pooler.ts';
import { withPooler } from '../../../functions/core/server/pooler-refusals.ts';
import { anAdviceCase, LEAK, SHOP } from './an-advice-case.ts';
import { linesOn, textsOn } from './said.ts';

/** A thousand clients of two pools; nothing of it shows on the server. */
const CONSOLE: PoolerState = {
  kind: 'pgbouncer',
  at: '10.0.0.7:6432',
  addresses: ['10.0.0.7'],
  problem: null,
  version: 'PgBouncer 1.24.1',
  pools: ['orders', 'billing'].map((database) => ({
    database,
    serverDatabase: database,
    user: 'app',
    mode: 'transaction',
    size: 5,
    clientsActive: 5,
    clientsWaiting: 495,
    sessionsActive: 5,
    sessionsIdle: 0,
    longestWaitMs: 40_000,
  })),
  clients: [],
  clientCount: 1_000,
  sessions: [],
  unlisted: null,
  settings: { ...NO_SETTINGS, defaultPoolSize: 5, mostClients: 1_000, queryWaitTimeoutMs: 120_000 },
};

/** A server of 57 usable slots of which fifteen are used. */
const roomy = (pooler: PoolerState | null) =>
  anAdviceCase({
    groups: [
      { ...LEAK, count: 9 },
      { ...SHOP, count: 6 },
    ],
    cause: 'unclear',
    change: (snapshot) => withPooler(snapshot, pooler),
  });

test('a pooler that is full in front of a server with room comes first, with sizes for what there is', () => {
  const incident = roomy(CONSOLE);
  expect(textsOn(incident)[0]).toMatch(
    /^PgBouncer has 1000 clients and takes no more\. Let it take 2000\. PgBouncer has 2 pools here and may take 10 slots with its current settings\. Other clients and a margin leave it 39 slots\. Let each pool have at most 19 sessions\./,
  );
  expect(linesOn(incident)).toEqual(
    expect.arrayContaining([
      'default_pool_size = 19',
      'max_client_conn = 2000',
      'server_idle_timeout = 60',
      'query_wait_timeout = 30',
    ]),
  );
});

test('one that lets clients wait, and takes more of them, is told the same sizes', () => {
  const incident = roomy({ ...CONSOLE, clientCount: 700 });
  expect(textsOn(incident)[0]).toMatch(/^PgBouncer has 2 pools/);
  expect(linesOn(incident)).toContain('default_pool_size = 19');
});

test('a pool of size 0, which PgBouncer takes as without limit, has no number of slots that it may take', () => {
  const pools = CONSOLE.pools.map((pool, at) => (at === 0 ? { ...pool, size: 0 } : pool));
  const [first] = textsOn(roomy({ ...CONSOLE, pools }));
  expect(first).toContain('PgBouncer has 2 pools here. Other clients');
});

test('one that refuses no client is left as it is', () => {
  const pools = CONSOLE.pools.map((pool) => ({ ...pool, clientsWaiting: 0, longestWaitMs: 0 }));
  for (const pooler of [null, { ...CONSOLE, clientCount: 10, pools }])
    expect(textsOn(roomy(pooler)).join()).not.toContain('PgBouncer');
});

test('one that is only suspected is to be declared; one that the policy names is known', () => {
  const suspected = (poolers?: readonly string[]) =>
    textsOn(
      anAdviceCase({
        groups: [{ ...LEAK, addresses: ['10.0.9.1'] }, SHOP],
        cause: 'pooler-oversized',
        ...(poolers && { poolers }),
      }),
    ).join();
  expect(suspected()).toMatch(
    /only suspect a pooler, so its sessions are not protected.*declare it as the `pooler`/,
  );
  expect(suspected(['10.0.9.1'])).not.toContain('suspect');
});

test('of a full pgpool-II, whose sizes are not computed, the message says what bounds its children', () => {
  const problem = { code: 'pooler-full', message: 'pgpool-II takes no more clients.' } as const;
  const incident = roomy({ ...CONSOLE, kind: 'pgpool', problem, pools: [], settings: NO_SETTINGS });
  expect(textsOn(incident)[0]).toMatch(
    /^pgpool-II itself refuses clients.*num_init_children × max_pool.*the 57 usable slots/,
  );
});
