import type { OpeningRate } from '../../../functions/core/diagnosis/cause.ts';
import type { Snapshot } from '../../../functions/core/server/snapshot.ts';
import type { Trigger } from '../../../functions/core/trigger/trigger.ts';
import { aLogLines, aRefused, HOUR, MINUTE, SECOND } from '../../support/builders.ts';
import type { SessionsOf } from '../../support/records.ts';
import { type AdviceCase, anAdviceCase, LEAK, PODS, SHOP } from './an-advice-case.ts';

const RATE: OpeningRate = {
  perHour: 18.8,
  spanMs: 2 * HOUR + 10 * MINUTE,
  sinceMs: 2 * HOUR + 11 * MINUTE,
  fullInMs: 0,
};
const STORM: Trigger = aLogLines({
  lines: 40,
  refused: [
    aRefused({ user: 'shop', address: '10.0.5.9', count: 25, last: '2026-11-21T03:15:42.000Z' }),
    aRefused({ user: 'shop', address: '10.0.5.10', count: 15, clients: 3 }),
  ],
});
const active = (group: Partial<SessionsOf> & { readonly count: number }): SessionsOf => ({
  application: 'storefront',
  user: 'shop',
  state: 'active',
  fromAgeMs: 90 * SECOND,
  toAgeMs: SECOND,
  addresses: ['10.0.5.9', '10.0.5.10', '10.0.5.11', '10.0.5.12'],
  ...group,
});
/** The first session of `blocker` holds what all of `waiting` wait for. */
const queue =
  (blocker: string, waiting: string) =>
  (snapshot: Snapshot): Snapshot => {
    const holder = snapshot.sessions.find(({ application }) => application === blocker)?.pid ?? 0;
    const sessions = snapshot.sessions.map((session) =>
      session.application === waiting
        ? { ...session, blockedBy: [holder], waitEvent: 'transactionid' }
        : session,
    );
    return { ...snapshot, sessions };
  };
const LIMITED = { roles: [{ name: 'batch', limit: 10 }], databases: [] };
const NIGHTLY: SessionsOf = { count: 10, application: 'nightly', user: 'batch', addresses: PODS };

export const CASES: Readonly<Record<string, AdviceCase>> = {
  leak: anAdviceCase({ groups: [LEAK, SHOP], cause: 'connection-leak', opening: RATE }),
  'leak that nobody names': anAdviceCase({
    groups: [{ ...LEAK, application: '' }, SHOP],
    cause: 'connection-leak',
  }),
  'leak on Aurora, observed': anAdviceCase({
    groups: [{ ...LEAK, application: 'flink-orders' }, SHOP],
    cause: 'connection-leak',
    opening: RATE,
    mode: 'observe',
    server: { provider: 'aurora', version: '16.6' },
  }),
  'pools too large': anAdviceCase({
    groups: [
      { ...LEAK, application: 'PostgreSQL JDBC Driver', toAgeMs: HOUR, lastStatement: 'COMMIT' },
      SHOP,
    ],
    cause: 'oversized-idle-pools',
  }),
  'several pools too large': anAdviceCase({
    groups: [
      { ...LEAK, count: 24, toAgeMs: HOUR },
      { ...SHOP, count: 33, fromAgeMs: 5 * MINUTE },
    ],
    cause: 'oversized-idle-pools',
    culprits: { 'billing-worker': 'oversized-idle-pools', storefront: 'oversized-idle-pools' },
  }),
  'scattered over many pods': anAdviceCase({
    groups: [
      {
        ...LEAK,
        count: 48,
        addresses: Array.from({ length: 24 }, (_, at) => `10.1.0.${at + 1}`),
        toAgeMs: HOUR,
      },
      { ...SHOP, count: 9 },
    ],
    cause: 'oversized-idle-pools',
  }),
  'traffic spike': anAdviceCase({ groups: [active({ count: 57 })], cause: 'traffic-spike', trigger: STORM }),
  'slow queries': anAdviceCase({
    groups: [
      active({ count: 47, application: 'report', user: 'bi', fromAgeMs: 25 * MINUTE, toAgeMs: MINUTE }),
      { ...SHOP, count: 10 },
    ],
    cause: 'slow-queries',
  }),
  'statements that wait for input': anAdviceCase({
    groups: [
      active({ count: 47, application: 'loader', user: 'etl', fromAgeMs: 25 * MINUTE, toAgeMs: MINUTE }),
      SHOP,
    ],
    cause: 'clients-owe-input',
    change: (snapshot) => ({
      ...snapshot,
      sessions: snapshot.sessions.map((session) =>
        session.application === 'loader' ? { ...session, waitEvent: 'ClientRead' } : session,
      ),
    }),
  }),
  'a session for each request': anAdviceCase({
    groups: [active({ count: 47, application: 'php', user: 'blog', fromAgeMs: SECOND, toAgeMs: 0 }), SHOP],
    cause: 'session-per-request',
  }),
  'transactions left open': anAdviceCase({
    groups: [{ ...LEAK, state: 'idle in transaction', lastStatement: 'ROLLBACK', application: '' }, SHOP],
    cause: 'idle-in-transaction',
  }),
  'queue behind a forgotten transaction': anAdviceCase({
    groups: [
      { count: 1, application: 'psql', user: 'ada', state: 'idle in transaction', fromAgeMs: 25 * MINUTE },
      active({ count: 56 }),
    ],
    cause: 'lock-pile-up',
    change: queue('psql', 'storefront'),
  }),
  'queue behind a migration': anAdviceCase({
    groups: [
      active({ count: 1, application: 'migrate', user: 'deploy', fromAgeMs: 40 * MINUTE }),
      active({ count: 56 }),
    ],
    cause: 'lock-pile-up',
    change: queue('migrate', 'storefront'),
  }),
  'reconnect storm': anAdviceCase({
    groups: [
      { ...SHOP, count: 45, fromAgeMs: SECOND, addresses: PODS },
      { ...LEAK, count: 12 },
    ],
    cause: 'reconnect-storm',
    trigger: STORM,
  }),
  'role at its limit, busy': anAdviceCase({
    groups: [{ ...NIGHTLY, state: 'active' }, SHOP],
    cause: 'role-limit',
    slots: LIMITED,
  }),
  'role at its limit, idle': anAdviceCase({
    groups: [NIGHTLY, SHOP],
    cause: 'role-limit',
    culprits: { nightly: 'oversized-idle-pools' },
    slots: LIMITED,
  }),
  'database at its limit, busy': anAdviceCase({
    groups: [{ ...NIGHTLY, state: 'active', database: 'stock' }, SHOP],
    cause: 'database-limit',
    slots: { databases: [{ name: 'stock', limit: 10 }] },
  }),
  'a limit that is no longer reached': anAdviceCase({ groups: [SHOP], cause: 'role-limit', culprits: {} }),
  replication: anAdviceCase({ groups: [SHOP], cause: 'replication-limit', culprits: {} }),
  'pooler too large': anAdviceCase({
    groups: [{ ...LEAK, application: '', addresses: ['10.0.9.1'] }, SHOP],
    cause: 'pooler-oversized',
    poolers: ['10.0.9.1'],
    server: { provider: 'rds', version: '16.6' },
  }),
  'tools left open': anAdviceCase({
    groups: [
      { ...LEAK, application: 'DBeaver 24.1.0 - Main', user: 'ada' },
      { count: 10, application: 'psql', user: 'ada', fromAgeMs: 9 * HOUR },
    ],
    cause: 'developer-tools',
    culprits: { 'DBeaver 24.1.0 - Main': 'developer-tools', psql: 'developer-tools' },
  }),
  'tools under an application’s role': anAdviceCase({
    groups: [{ ...LEAK, application: 'pgAdmin 4 - DB:orders', user: 'shop' }, SHOP],
    cause: 'developer-tools',
  }),
  'tools of many people': anAdviceCase({
    groups: ['ada', 'bob', 'eve', 'kim'].map((user) => ({ ...LEAK, count: 14, user, application: 'psql' })),
    cause: 'developer-tools',
    culprits: { psql: 'developer-tools' },
  }),
  'one service of many roles': anAdviceCase({
    groups: ['a', 'b', 'c', 'd'].map((user, at) => ({
      ...LEAK,
      count: 14,
      user,
      application: 'PostgreSQL JDBC Driver',
      addresses: [`10.0.7.${at + 1}`],
    })),
    cause: 'oversized-idle-pools',
    culprits: { 'PostgreSQL JDBC Driver': 'oversized-idle-pools' },
  }),
  'two leaks': anAdviceCase({
    groups: [
      { ...LEAK, count: 35 },
      { ...LEAK, count: 20, application: 'thumbnailer', user: 'media' },
    ],
    cause: 'connection-leak',
    culprits: { 'billing-worker': 'connection-leak', thumbnailer: 'connection-leak' },
  }),
  'pooler for many users': anAdviceCase({
    groups: ['a', 'b', 'c', 'd'].map((user) => ({ ...LEAK, count: 14, user, addresses: ['10.0.9.1'] })),
    cause: 'pooler-oversized',
    culprits: { first: 'pooler-oversized' },
    poolers: ['10.0.9.1'],
    change: (snapshot) => ({
      ...snapshot,
      sessions: snapshot.sessions.map((each) =>
        each.user === 'a' ? { ...each, application: 'first' } : each,
      ),
    }),
  }),
  'load test': anAdviceCase({
    groups: [active({ count: 57, application: 'pgbench', addresses: ['local'] })],
    cause: 'traffic-spike',
  }),
  monitoring: anAdviceCase({
    groups: [{ ...LEAK, application: 'postgres_exporter', user: 'monitor' }, SHOP],
    cause: 'monitoring-hog',
  }),
  'dead clients': anAdviceCase({ groups: [LEAK, SHOP], cause: 'dead-clients' }),
  'dead clients of many roles': anAdviceCase({
    groups: ['a', 'b', 'c'].map((user) => ({ ...LEAK, count: 19, user, application: user })),
    cause: 'dead-clients',
    culprits: { a: 'dead-clients', b: 'dead-clients', c: 'dead-clients' },
  }),
  'half-open clients': anAdviceCase({ groups: [SHOP], cause: 'half-open-clients', culprits: {} }),
  'half-open clients on RDS': anAdviceCase({
    groups: [SHOP],
    cause: 'half-open-clients',
    culprits: {},
    server: { provider: 'rds' },
  }),
  'too few slots': anAdviceCase({ groups: [active({ count: 57 })], cause: 'limit-too-low', trigger: STORM }),
  'too few slots on Azure': anAdviceCase({
    groups: [active({ count: 57 })],
    cause: 'limit-too-low',
    server: { provider: 'azure' },
  }),
  unclear: anAdviceCase({
    groups: [
      { ...LEAK, count: 30 },
      { ...SHOP, count: 27 },
    ],
    cause: 'unclear',
    culprits: {},
  }),
  mixture: anAdviceCase({
    groups: [
      { ...LEAK, count: 35 },
      { count: 22, application: 'psql', user: 'ada', fromAgeMs: 9 * HOUR },
    ],
    cause: 'connection-leak',
    opening: RATE,
    culprits: { 'billing-worker': 'connection-leak', psql: 'developer-tools' },
  }),
};

export const GAUSS: AdviceCase = anAdviceCase({
  groups: [LEAK, SHOP],
  cause: 'connection-leak',
  server: { flavor: 'gaussdb', version: '9.2.4' },
});
