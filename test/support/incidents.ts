import type { Outcome } from '../../functions/core/run/outcome.ts';
import type { Attempt, RunRecord } from '../../functions/core/run/record.ts';
import { aLogLines, aPolicy, aRefused, HOUR, MINUTE, SECOND } from './builders.ts';
import {
  ALARM,
  idleRun,
  recordOf,
  runOf,
  type SessionsOf,
  STORMED,
  SWEEP,
  sessionsOf,
  snapshotOf,
} from './records.ts';

/**
 * Made-up incidents on a server of 57 usable slots, one for each outcome. People judge the messages by reading them.
 */

const PODS = ['10.0.3.17', '10.0.3.18', '10.0.4.2'];
const LEAK: SessionsOf = {
  count: 41,
  application: 'billing-worker',
  user: 'billing',
  fromAgeMs: 2 * HOUR + 11 * MINUTE,
  toAgeMs: 40 * SECOND,
  addresses: PODS,
  leaks: true,
};
const SHOP: readonly SessionsOf[] = [
  {
    count: 3,
    application: 'storefront',
    user: 'shop',
    state: 'active',
    fromAgeMs: 40,
    addresses: ['10.0.5.9'],
  },
  { count: 7, application: 'storefront', user: 'shop', fromAgeMs: 4 * SECOND, addresses: ['10.0.5.9'] },
];
const OTHERS: readonly SessionsOf[] = [
  { count: 1, application: 'notifier', user: 'shop', fromAgeMs: 5 * HOUR, lastStatement: 'LISTEN orders' },
  { count: 1, application: 'report', user: 'bi', state: 'active', fromAgeMs: 25 * MINUTE },
  { count: 1, application: 'pgbackrest', user: 'backup', fromAgeMs: 3 * HOUR },
  {
    count: 1,
    application: 'psql',
    user: 'postgres',
    fromAgeMs: 9 * HOUR,
    superuser: true,
    addresses: ['local'],
  },
  { count: 2, user: 'batch', state: 'idle in transaction', fromAgeMs: 12 * MINUTE },
];
const LEAKING = snapshotOf(sessionsOf([LEAK, ...SHOP, ...OTHERS]));
const BUSY = snapshotOf(
  sessionsOf([
    {
      count: 47,
      application: 'storefront',
      user: 'shop',
      state: 'active',
      fromAgeMs: 40 * SECOND,
      toAgeMs: 1_000,
    },
    { count: 6, application: 'checkout', user: 'shop', fromAgeMs: 3 * SECOND },
    { count: 2, application: 'notifier', user: 'shop', fromAgeMs: HOUR, lastStatement: 'LISTEN orders' },
  ]),
);
const CALM = snapshotOf(sessionsOf([{ ...LEAK, count: 9 }, ...SHOP, ...OTHERS]));
const OBSERVE = aPolicy({ mode: 'observe' });

const comers = (...groups: readonly SessionsOf[]) => sessionsOf(groups, 9_000);

const PAUSED = {
  kind: 'read',
  table: 'pg-headroom-memory',
  paused: { at: '2026-11-21T02:10:07.120Z', by: 'ada', reason: 'fail-over test until 5', until: null },
} as const;

const LOST =
  'Our session with the server was lost during terminations: 12 attempts have no answer, and nothing was sent after them.';

export const INCIDENTS: Readonly<Record<Outcome, () => RunRecord>> = {
  healthy: () => runOf({ snapshot: CALM, trigger: SWEEP }),
  reaped: () =>
    runOf({ snapshot: CALM, trigger: SWEEP, policy: aPolicy({ mode: 'enforce', reap: { minAge: '1h' } }) }),
  recovered: () =>
    runOf({
      snapshot: LEAKING,
      results: ['terminated', 'changed', 'gone'],
      came: comers(
        { count: 2, application: 'storefront', user: 'shop', state: 'active', fromAgeMs: 10 },
        { ...LEAK, count: 1, fromAgeMs: 0, toAgeMs: 0 },
      ),
    }),
  partial: () =>
    runOf({
      snapshot: LEAKING,
      policy: aPolicy({ mode: 'enforce', limits: { maxPercent: 15 } }),
      results: ['terminated', 'terminated', 'forbidden', 'still-there'],
      came: comers({ count: 5, application: 'storefront', user: 'shop', state: 'active', fromAgeMs: 10 }),
    }),
  refilled: () =>
    runOf({ snapshot: LEAKING, came: comers({ ...LEAK, count: 11, fromAgeMs: 0, toAgeMs: 0 }) }),
  'no-candidates': () => runOf({ snapshot: BUSY }),
  unexplained: () => runOf({ snapshot: CALM }),
  busy: () => recordOf('busy', { connecting: { attempts: 1, refusals: [] } }),
  paused: () => ({ ...runOf({ snapshot: LEAKING, outcome: 'paused' }), recall: PAUSED }),
  muted: () => idleRun({ ...ALARM, state: 'OK' }),
  stale: () => idleRun({ ...ALARM, at: '2026-11-21T03:02:10.000Z' }),
  off: () => recordOf('off', { policy: aPolicy({ mode: 'off' }) }),
  blind: () =>
    recordOf('blind', {
      connecting: { attempts: 1, refusals: [] },
      snapshot: {
        ...LEAKING,
        server: { ...LEAKING.server, readsAllStats: false },
        sessions: LEAKING.sessions.map((session) =>
          session.user === 'headroom' || session.user === null
            ? session
            : {
                ...session,
                backendType: null,
                state: null,
                stateAgeMs: null,
                lastStatement: '<insufficient privilege>',
              },
        ),
      },
      problem: {
        code: 'blind-role',
        message:
          'Role "headroom" cannot see other roles\' sessions (57 are hidden), so it ended nothing: GRANT pg_read_all_stats TO "headroom";',
      },
    }),
  'cannot-connect': () =>
    recordOf('cannot-connect', {
      connecting: {
        attempts: 214,
        refusals: [
          { sqlstate: '53300', routine: 'InitPostgres', count: 180 },
          { sqlstate: '53300', routine: 'InitProcess', count: 31 },
          { sqlstate: '', routine: '', count: 3 },
        ],
      },
      problem: {
        code: 'connect-full',
        message:
          'Could not connect to orders.abc123.eu-west-1.rds.amazonaws.com:5432 after 214 tries in 20 s: only slots that are reserved for other roles are free; grant pg_use_reserved_connections to our role and set reserved_connections (16+).',
      },
      timings: { ...recordOf('failed').timings, finished: 20_112 },
    }),
  unverified: () =>
    runOf({
      snapshot: LEAKING,
      came: null,
      results: Array<'unknown'>(30).fill('unknown'),
      problem: {
        code: 'connection-lost',
        message: `${LOST} The results are not known. The server at orders.abc123.eu-west-1.rds.amazonaws.com:5432 denies us (28000: role "headroom" is not permitted to log in): check user and password (in the secret, or as the command got them) and the server's pg_hba.conf.`,
      },
    }),
  failed: () =>
    recordOf('failed', {
      connecting: STORMED,
      problem: {
        code: 'capacity-unusable',
        message:
          'The server has 0 usable slots (max_connections 20, 20 reserved), at least 1 is needed: lower the reserves or raise max_connections.',
      },
    }),
};

/** The same incidents in observe mode, for outcomes whose message differs. */
export const OBSERVED: Readonly<Record<string, () => RunRecord>> = {
  'observe-recovered': () => runOf({ snapshot: LEAKING, policy: OBSERVE }),
  'observe-partial': () =>
    runOf({ snapshot: LEAKING, policy: aPolicy({ mode: 'observe', limits: { maxPercent: 15 } }) }),
  'observe-no-candidates': () => runOf({ snapshot: BUSY, policy: OBSERVE }),
};

/** A role's limit is reached, the server is not full. */
export function roleLimitIncident(): RunRecord {
  const batch = {
    count: 5,
    application: 'nightly',
    user: 'batch',
    fromAgeMs: 20 * MINUTE,
    toAgeMs: 12 * MINUTE,
  };
  return runOf({
    snapshot: snapshotOf(sessionsOf([batch, ...SHOP]), { roles: [{ name: 'batch', limit: 5 }] }),
    policy: aPolicy({ mode: 'enforce', relieve: { when: { freeSlots: 3 }, until: { freeSlots: 5 } } }),
  });
}

/** Lines of the server's own log: two applications were refused, one of them by its role's limit. */
export function logLinesIncident(): RunRecord {
  const refused = [
    aRefused({ user: 'shop', address: '10.0.5.9', count: 25, last: '2026-11-21T03:15:42.000Z' }),
    aRefused({ user: 'shop', address: '10.0.5.10', count: 5 }),
    aRefused({ user: 'batch', address: '10.0.4.2', kind: 'role', count: 7 }),
    aRefused({ user: 'bi', address: null, kind: 'server', count: 1 }),
  ];
  return runOf({ snapshot: LEAKING, trigger: aLogLines({ lines: 42, refused, own: 4 }) });
}

/** The connection broke in the middle of a window's answers, and a second session read the results. */
export function lostIncident(): RunRecord {
  const message = `${LOST.replace('12', '7')} A second session read the results.`;
  const run = runOf({
    snapshot: LEAKING,
    results: [...Array<'terminated'>(5).fill('terminated'), ...Array<'gone'>(6).fill('gone'), 'still-there'],
    problem: { code: 'connection-lost', message },
  });
  return { ...run, attempts: run.attempts.map(withoutAnswer(5)) };
}

/** The server went down meanwhile. So the missing sessions do not show what we did. */
export function restartedIncident(): RunRecord {
  const message = `${LOST.replace('12', '7')} The results are not known. We connected again, but the server has restarted or failed over, which ended all sessions.`;
  const problem = { code: 'connection-lost', message } as const;
  const run = runOf({ snapshot: LEAKING, outcome: 'unverified', problem });
  const attempts = run.attempts.map((attempt) => ({ ...attempt, result: 'unknown' as const }));
  const readings = run.readings.slice(0, 1).map((reading) => ({ ...reading, gone: 57, came: [] }));
  return { ...run, readings, attempts: attempts.map(withoutAnswer(5)) };
}

/** Answers come in order. Those from this one on were lost. */
function withoutAnswer(from: number): (attempt: Attempt, at: number) => Attempt {
  return (attempt, at) => (at < from ? attempt : { ...attempt, guard: 'unknown' });
}

/** Time was up during a window of terminations, so the record knows no result of them. */
export function cutOffIncident(): RunRecord {
  const problem = {
    code: 'deadline-near',
    message: 'The time of this run is up, so it stopped: the next run measures again.',
  } as const;
  return { ...runOf({ snapshot: LEAKING, came: null, outcome: 'failed', problem }), attempts: [] };
}
