import { expect, test } from 'vitest';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { NO_SETTINGS, type PoolerState } from '../../../functions/core/server/pooler.ts';
import type { Session } from '../../../functions/core/server/session.ts';
import { aPolicy, aSnapshot, someSessions } from '../../support/builders.ts';
import { ALARM, recordOf } from '../../support/records.ts';

const POLICY = aPolicy();

/** What a console says that lists these sessions as the pooler's. */
const consoleOf = (sessions: readonly Session[]): PoolerState => ({
  kind: 'pgbouncer',
  at: '10.0.0.7:6432',
  addresses: [],
  problem: null,
  version: null,
  pools: [],
  clients: [],
  clientCount: 0,
  sessions: sessions.map(({ pid, user }) => ({ pid: pid ?? 0, user: user ?? '', client: null })),
  unlisted: null,
  settings: NO_SETTINGS,
});

/** What a full server with these idle sessions and nothing else idle comes to. */
function causeOf(idle: readonly Session[]) {
  const busy = someSessions(97 - idle.length, 2_000, {
    state: 'active',
    stateAgeMs: 5,
    user: 'shop',
    address: '10.0.0.8',
  });
  const snapshot = aSnapshot({ sessions: [...idle, ...busy] });
  const plan = planRemediation(snapshot, POLICY, 'alarm');
  return {
    plan,
    diagnosis: diagnose(recordOf('partial', { snapshot, policy: POLICY, plan, trigger: ALARM })),
  };
}

/** A full server, whose idle sessions at one address look like nobody's in particular. */
function diagnosed(isAsked: boolean) {
  const idle = someSessions(60, 1_000, { application: '', lastStatement: 'COMMIT' });
  const others = someSessions(37, 2_000, {
    state: 'active',
    stateAgeMs: 5,
    user: 'shop',
    address: '10.0.0.8',
  });
  const snapshot = {
    ...aSnapshot({ sessions: [...idle, ...others] }),
    pooler: isAsked ? consoleOf(idle) : null,
  };
  const plan = planRemediation(snapshot, POLICY, 'alarm');
  return diagnose(recordOf('partial', { snapshot, policy: POLICY, plan, trigger: ALARM }));
}

test('what a console lists is the pooler’s, whatever else its sessions look like', () => {
  expect(diagnosed(true)).toMatchObject({
    cause: 'pooler-oversized',
    confidence: 'high',
    culprits: [{ usage: { sessions: 60 } }],
  });
  expect(diagnosed(false)?.cause).not.toBe('pooler-oversized');
});

/** Sixty sessions of one host: in transaction mode a pooler lends each under the name of whoever came last. */
const inTransactionMode = ['orders', 'billing', 'stock'].flatMap((user, pool) =>
  [0, 1, 2, 3].flatMap((name) =>
    someSessions(5, 1_000 + pool * 100 + name * 10, {
      user,
      application: `service-${name}`,
      lastStatement: 'COMMIT',
      address: '10.0.0.7',
    }),
  ),
);

test('a pooler in transaction mode that is not declared is suspected only, and its signs are named', () => {
  const { plan, diagnosis } = causeOf(inTransactionMode);
  expect(diagnosis).toMatchObject({ cause: 'pooler-oversized', confidence: 'medium' });
  expect(JSON.stringify(diagnosis)).toMatch(
    /60 sessions that look like one pooler's, 60 idle.*one login has 4 application names.*3 pairs of user and database have 20 sessions each/,
  );
  const strangers = causeOf(
    inTransactionMode.map((session, at) => ({ ...session, address: `10.0.1.${at}` })),
  );
  const reasons = (each: typeof plan) => each.spared.map(({ session, reason }) => [session.pid, reason]);
  expect(reasons(plan)).toEqual(reasons(strangers.plan));
});

test.each<[string, readonly Session[]]>([
  [
    'eighty pods with a session each',
    Array.from({ length: 80 }, (_, at) =>
      someSessions(1, 1_000 + at, { address: `10.0.1.${at}`, lastStatement: 'DISCARD ALL' }),
    ).flat(),
  ],
  [
    'one host with a pool for each of several services',
    ['orders', 'billing', 'stock'].flatMap((user, at) =>
      someSessions(20, 1_000 + at * 100, { user, application: user, address: '10.0.0.7' }),
    ),
  ],
  [
    'one host with several services under one login',
    ['orders', 'billing', 'stock'].flatMap((application, at) =>
      someSessions(12 + at, 1_000 + at * 100, { application, address: '10.0.0.7' }),
    ),
  ],
  [
    'a graphical tool with many windows',
    someSessions(60, 1_000, { application: 'DBeaver 24.2 - SQLEditor', address: '10.0.0.7' }),
  ],
])('%s is no pooler', (_, idle) => {
  expect(JSON.stringify(causeOf(idle).diagnosis)).not.toContain('pooler');
});

/** Pools that reset each session with DISCARD ALL when it is given back. */
const resets = (count: number, from: number, fields: Partial<Session>) =>
  someSessions(count, from, { lastStatement: 'DISCARD ALL', address: '10.0.0.7', ...fields });

test.each<[string, readonly Session[]]>([
  ['one service with a name', resets(40, 1_000, { application: 'shop-api' })],
  [
    'one service whose processes have numbers',
    [0, 1, 2, 3].flatMap((at) => resets(10, 1_000 + at * 20, { application: `shop-api-${at}` })),
  ],
  [
    'one service with a database for each tenant',
    [0, 1, 2, 3].flatMap((at) =>
      resets(10, 1_000 + at * 20, { application: 'shop-api', database: `tenant_${at}` }),
    ),
  ],
  [
    'three services behind one address, with a pool of ten each',
    ['orders', 'billing', 'stock'].flatMap((user, at) =>
      resets(10, 1_000 + at * 20, { user, application: `${user}-api` }),
    ),
  ],
  [
    'three services behind one address, of different sizes',
    ['orders', 'billing', 'stock'].flatMap((user, at) =>
      resets(10 + 5 * at, 1_000 + at * 40, { user, application: `${user}-api` }),
    ),
  ],
  [
    'pods of a service without a name',
    [1, 2, 3, 4, 5].flatMap((at) => resets(9, 1_000 + at * 20, { application: '', address: `10.0.2.${at}` })),
  ],
  [
    'one service of which half is at work',
    [
      ...resets(20, 1_000, { application: 'shop-api' }),
      ...resets(20, 1_100, { application: 'shop-api', lastStatement: 'SELECT ? FROM carts' }),
    ],
  ],
])('%s, which resets its own sessions, is no pooler', (_, idle) => {
  expect(JSON.stringify(causeOf(idle).diagnosis)).not.toContain('pooler');
});

test.each([1, 2, 4])(
  'one login without a name on %i hosts is a pool, and may be behind a pooler',
  (hosts) => {
    const each = Array.from({ length: hosts }, (_, at) =>
      resets(40 / hosts, 1_000 + at * 50, { application: '', address: `10.0.0.${at}` }),
    ).flat();
    const { diagnosis } = causeOf(each);
    expect(diagnosis?.cause).toBe('oversized-idle-pools');
    expect(JSON.stringify(diagnosis)).toContain('40 were reset by DISCARD ALL');
  },
);

test.each<[string, readonly Session[]]>([
  [
    'four logins without a name, with ten sessions each',
    ['a', 'b', 'c', 'd'].flatMap((user, at) => resets(10, 1_000 + at * 20, { user, application: '' })),
  ],
  [
    'one login with several programs',
    ['web', 'jobs', 'cron', ''].flatMap((application, at) => resets(10, 1_000 + at * 20, { application })),
  ],
])('%s on one host may be a pooler, with confidence medium at most', (_, idle) => {
  expect(causeOf(idle).diagnosis).toMatchObject({ cause: 'pooler-oversized', confidence: 'medium' });
});
