import { describe, expect, test } from 'vitest';
import { poolerSettings } from '../../../functions/core/advice/pooler-settings.ts';
import { packRecord } from '../../../functions/core/run/codec/run-result.ts';
import { unpackRecord } from '../../../functions/core/run/codec/unpack-record.ts';
import { NO_SETTINGS, type PoolerState } from '../../../functions/core/server/pooler.ts';
import { withPooler } from '../../../functions/core/server/pooler-refusals.ts';
import { poolerSizes } from '../../../functions/core/server/pooler-sizes.ts';
import { parseSnapshotText, toSnapshotFile } from '../../../functions/core/server/snapshot-file.ts';
import { poolerTexts } from '../../../functions/render/message/pooler-text.ts';
import { aPlan, aPolicy, aSnapshot, someSessions } from '../../support/builders.ts';
import { recordOf } from '../../support/records.ts';

function aPooler(fields: Partial<PoolerState> = {}): PoolerState {
  return {
    kind: 'pgbouncer',
    at: '10.0.3.4:6432',
    addresses: ['10.0.3.4'],
    problem: null,
    version: 'PgBouncer 1.18.0',
    pools: [],
    clients: [],
    clientCount: 0,
    sessions: [],
    unlisted: null,
    settings: NO_SETTINGS,
    ...fields,
  };
}

const aPool = (database: string, fields: Partial<PoolerState['pools'][number]> = {}) => ({
  database,
  serverDatabase: database,
  user: 'app',
  mode: 'transaction',
  size: 20,
  clientsActive: 10,
  clientsWaiting: 0,
  sessionsActive: 2,
  sessionsIdle: 18,
  longestWaitMs: 0,
  ...fields,
});

const theirs = someSessions(40, 1_000, { address: '10.0.3.4' });
const direct = someSessions(50, 2_000, { application: 'billing' });
const all = (pooler: PoolerState) => withPooler(aSnapshot({ sessions: [...theirs, ...direct] }), pooler);
const sessions = theirs.map(({ pid }, at) => ({ pid: pid ?? 0, user: 'app', client: at < 38 ? 0 : null }));
const clients = [
  {
    application: 'checkout',
    user: 'app',
    database: 'orders',
    address: '10.0.3.17',
    count: 38,
    linked: 38,
    waiting: 0,
    since: null,
  },
];
const victimsOf = (pooler: PoolerState, poolers: string[] = []) =>
  aPlan({
    snapshot: all(pooler),
    policy: aPolicy({
      limits: { maxPercent: 100 },
      protect: { poolers },
      relieve: { when: { usedPercent: 90 }, until: { usedPercent: 1 } },
    }),
  }).victims.map(({ session }) => session.application);

describe('who is spared', () => {
  const unread = { code: 'pooler-unreadable', message: 'no answer' } as const;

  test('is a session that the console names, and no other', () => {
    expect(new Set(victimsOf(aPooler({ sessions })))).toEqual(new Set(['billing']));
  });

  test('is, without an answer of PgBouncer, each session from its host', () => {
    expect(new Set(victimsOf(aPooler({ problem: unread })))).toEqual(new Set(['billing']));
    expect(new Set(victimsOf(aPooler({ problem: unread, addresses: [] })))).toContain('web');
  });

  const partly = { cause: 'peers', addresses: ['10.0.3.5'], unknownHosts: [] } as const;
  const sparedWith = (pooler: PoolerState, address: string) => {
    const others = someSessions(3, 3_000, { address, application: 'others' });
    const snapshot = withPooler(aSnapshot({ sessions: [...theirs, ...direct, ...others] }), pooler);
    const { spared } = aPlan({ snapshot });
    return spared.filter(({ session }) => session.application === 'others').map(({ detail }) => detail);
  };

  test.each([
    ["the pooler's host", '10.0.3.4', { sessions: [] }],
    ['its peer', '10.0.3.5', { sessions: [] }],
    ['its peer, written as IPv6', '::ffff:10.0.3.5', { sessions: [] }],
    // Behind a load balancer the declared host is not where its sessions come from.
    ['where its listed sessions come from', '10.0.3.4', { sessions, addresses: ['10.0.9.9'] }],
  ])(
    'is, of a PgBouncer whose console lists some sessions only, what comes from %s',
    (_, address, fields) => {
      const pooler = aPooler({ unlisted: partly, ...fields });
      const detail =
        'may belong to PgBouncer: its console lists the sessions of one process, and it has peers (peer_id)';
      expect(sparedWith(pooler, address)).toEqual([detail, detail, detail]);
      expect(sparedWith({ ...pooler, unlisted: null }, address)).not.toContain(detail);
      expect(victimsOf(pooler)).toContain('billing');
    },
  );

  test('is everybody where a pgpool-II did not answer, unless the policy says where it is', () => {
    const pgpool = aPooler({ kind: 'pgpool', problem: unread });
    expect(victimsOf(pgpool)).toEqual([]);
    expect(new Set(victimsOf(pgpool, ['10.0.3.0/28']))).toEqual(new Set(['billing']));
  });

  test.each([
    [null, true],
    [true, true],
    [false, false],
  ])('says for a pgpool-II that fails over (%s) what the end of a session could do', (failsOver, isSaid) => {
    const snapshot = all(aPooler({ kind: 'pgpool', sessions, settings: { ...NO_SETTINGS, failsOver } }));
    const details = aPlan({ snapshot }).spared.map(({ detail }) => detail);
    expect(details.some((detail) => detail.endsWith('pgpool-II may fail over'))).toBe(isSaid);
    expect(
      details.filter((detail) => detail.startsWith('a session of pgpool-II, which manages')),
    ).toHaveLength(40);
  });
});

describe('sizes', () => {
  const settings = {
    ...NO_SETTINGS,
    defaultPoolSize: 20,
    reservePoolSize: 2,
    mostClients: 100,
    serverIdleTimeoutMs: 600_000,
    queryWaitTimeoutMs: 120_000,
  };
  const pooler = aPooler({
    pools: [
      aPool('orders'),
      aPool('shop'),
      aPool('unused', { clientsActive: 0, sessionsActive: 0, sessionsIdle: 0 }),
    ],
    sessions,
    clients,
    clientCount: 130,
    settings,
  });

  test('share what others and a margin leave of the slots between the pools in use', () => {
    // 97 usable, 50 held by others, 5 of margin: 42 for two pools, whose reserve of 2 counts.
    expect(poolerSizes(all(pooler))).toEqual({
      pools: 2,
      most: 44,
      room: 42,
      defaultPoolSize: 19,
      maxClientConn: 300,
      serverIdleTimeoutS: 60,
      queryWaitTimeoutS: 30,
    });
  });

  test('are advised with how it was before', () => {
    const [advice] = poolerSettings({ snapshot: all(pooler) });
    expect(advice?.paste).toEqual({
      language: 'ini',
      lines: [
        '[pgbouncer]',
        'default_pool_size = 19',
        'max_client_conn = 300',
        'server_idle_timeout = 60',
        'query_wait_timeout = 30',
      ],
      undo: [
        '[pgbouncer]',
        'default_pool_size = 20',
        'max_client_conn = 100',
        'server_idle_timeout = 600',
        'query_wait_timeout = 120',
      ],
    });
  });

  test('are not known of a pooler that did not answer', () => {
    const problem = { code: 'pooler-unreadable', message: 'no answer' } as const;
    expect(poolerSizes(all(aPooler({ problem })))).toBeNull();
    expect(poolerSettings({ snapshot: aSnapshot() })).toEqual([]);
  });

  test('are not known where the console lists one of several processes', () => {
    const unlisted = { cause: 'shared-port', addresses: [], unknownHosts: [] } as const;
    expect(poolerSizes(all({ ...pooler, unlisted }))).toBeNull();
  });
});

test('the message names the clients behind, and those that the pooler refuses', () => {
  const pools = [aPool('orders', { clientsWaiting: 3, longestWaitMs: 1_500 })];
  const settings = { ...NO_SETTINGS, mostClients: 41 };
  expect(poolerTexts(all(aPooler({ sessions, clients, pools, clientCount: 41, settings })))).toEqual([
    '40 sessions come through PgBouncer: 38 of 40 for checkout from 10.0.3.17.',
    'PgBouncer takes no more clients.',
    '3 clients of database orders wait for a session of PgBouncer.',
  ]);
  expect(poolerTexts(aSnapshot())).toEqual([]);
});

test('the message names a host of which no address was found', () => {
  const unlisted = { cause: 'peers', addresses: [], unknownHosts: ['bouncer-2'] } as const;
  expect(poolerTexts(all(aPooler({ sessions, clients, unlisted })))).toEqual([
    '40 sessions come through PgBouncer: 38 of 40 for checkout from 10.0.3.17.',
    'Its console lists the sessions of one process, and it has peers (peer_id). No other session comes from its addresses. The addresses of bouncer-2 could not be found: add them to protect.poolers in the policy.',
  ]);
});

test('what was read travels in the record and in a snapshot file as it was', () => {
  const snapshot = all(aPooler({ sessions, clients, pools: [aPool('orders')], clientCount: 38 }));
  expect(parseSnapshotText(JSON.stringify(toSnapshotFile(snapshot)))).toEqual(snapshot);
  expect(
    unpackRecord(packRecord(recordOf('healthy', { snapshot, plan: aPlan({ snapshot }) }))).snapshot,
  ).toEqual(snapshot);
});
