import { describe, expect, test } from 'vitest';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { identityOf } from '../../../functions/core/server/session.ts';
import { aPolicy, aSnapshot } from '../../support/builders.ts';
import { check, many, one, pids, rows, type Scenario, writtenPolicy } from './scenario.ts';

const need = (count: number) => ({ when: { freeSlots: 1 }, until: { freeSlots: count } });
const roomy = { max: 1_000, superuserReserved: 0 };
const OLD = many(4, '1 app@shop api local idle 40000');
const REAP = { reap: { minAge: '8h' } } as const;

const REAPING: readonly Scenario[] = [
  {
    id: 'R+1',
    what: 'the schedule reaps what is old enough without any pressure, and says so',
    sessions: [...OLD, one('5 app@shop api local idle 28799'), one('6 app@shop api local idle 28800')],
    slots: roomy,
    policy: REAP,
    trigger: 'schedule',
    expected: {
      victims: [1, 2, 3, 4, 6],
      verdict: 'healthy',
      missing: 0,
      rungs: { 1: null, 2: null, 3: null, 4: null, 6: null },
      spared: { 5: 'not-needed' },
    },
  },
  {
    id: 'R+2',
    what: 'an alarm reaps nobody',
    sessions: OLD,
    slots: roomy,
    policy: REAP,
    trigger: 'alarm',
    expected: { victims: [], verdict: 'healthy' },
  },
  {
    id: 'R+3',
    what: 'a manual run reaps nobody',
    sessions: OLD,
    slots: roomy,
    policy: REAP,
    trigger: 'manual',
    expected: { victims: [], verdict: 'healthy' },
  },
  {
    id: 'R+4',
    what: 'without reap the schedule leaves old sessions alone',
    sessions: OLD,
    slots: roomy,
    trigger: 'schedule',
    expected: { victims: [], verdict: 'healthy', spared: { 1: 'not-needed' } },
  },
  {
    id: 'R+5',
    what: 'reap is about idle sessions, whatever states the ladder names',
    sessions: [
      one('1 app@shop api local idle in transaction 99999'),
      one('2 app@shop api local active 99999'),
      one('3 app@shop api local idle 99999'),
    ],
    slots: roomy,
    policy: { ...REAP, relieve: { ladder: [{ state: 'idle in transaction', minAge: '10s' }] } },
    trigger: 'schedule',
    expected: { victims: [3], spared: { 1: 'not-needed', 2: 'state' } },
  },
  {
    id: 'R+6',
    what: 'reap heeds every protection and include',
    sessions: [
      one('1 app@shop pg_dump local idle 99999'),
      one('2 app@shop api local idle 99999', { lastStatement: 'LISTEN ch' }),
      one('3 app@shop api local idle 99999', { advisoryLock: true }),
      one('4 postgres@shop api local idle 99999', { superuser: true }),
      one('5 other@shop api local idle 99999'),
      one('6 app@shop api local idle 99999'),
    ],
    slots: roomy,
    policy: { ...REAP, include: { users: ['app', 'postgres'] } },
    trigger: 'schedule',
    expected: {
      victims: [6],
      spared: { 1: 'protected', 2: 'protected', 3: 'protected', 4: 'built-in', 5: 'not-included' },
    },
  },
  {
    id: 'R+7',
    what: 'reap leaves each group its keep',
    sessions: [...OLD, one('5 app@shop lonely local idle 99999')],
    slots: roomy,
    policy: { ...REAP, limits: { keepPerGroup: 1 } },
    trigger: 'schedule',
    expected: { victims: [1, 2, 3], spared: { 4: 'kept', 5: 'kept' } },
  },
  {
    id: 'R+8',
    what: 'relieve comes first, reap takes what the limit leaves',
    sessions: [...many(4, '11 app@shop web local idle 7200'), ...many(4, '1 app@shop api local idle 40000')],
    slots: { max: 8, superuserReserved: 0 },
    policy: {
      ...REAP,
      relieve: { ...need(2), ladder: [{ state: 'idle', minAge: '1h' }] },
      limits: { maxVictims: 4 },
    },
    trigger: 'schedule',
    expected: {
      victims: [1, 2, 3, 4],
      rungs: { 1: 1, 2: 1, 3: null, 4: null },
      verdict: 'sufficient',
      limits: [],
    },
  },
  {
    id: 'R+9',
    what: 'a limit cuts reap before it cuts relieve',
    sessions: many(10, '1 app@shop api local idle 40000'),
    slots: { max: 10, superuserReserved: 0 },
    policy: { ...REAP, relieve: need(3), limits: { maxVictims: 5 } },
    trigger: 'schedule',
    expected: {
      victims: pids(1, 5),
      rungs: { 1: 1, 2: 1, 3: 1, 4: null, 5: null },
      verdict: 'sufficient',
      missing: 0,
      limits: [{ limit: 'maxVictims', allowed: 5, wanted: 10 }],
      spared: { 6: 'limit', 10: 'limit' },
    },
  },
  {
    id: 'R+10',
    what: 'relieve and reap share the keep of a group',
    sessions: many(4, '1 app@shop api local idle 40000'),
    slots: { max: 4, superuserReserved: 0 },
    policy: { ...REAP, relieve: need(2), limits: { keepPerGroup: 1 } },
    trigger: 'schedule',
    expected: { victims: [1, 2, 3], rungs: { 1: 1, 2: 1, 3: null }, spared: { 4: 'kept' } },
  },
  {
    id: 'R+11',
    what: 'reap takes the largest group first, each longest idle first',
    sessions: [
      ...many(2, '1 app@shop small local idle 90000'),
      ...many(3, '11 app@shop large local idle 40000'),
    ],
    slots: roomy,
    policy: REAP,
    trigger: 'schedule',
    expected: { victims: [11, 12, 13, 1, 2] },
  },
  {
    id: 'R+12',
    what: 'slots that reap frees are not missing any more',
    sessions: [...many(5, '1 app@shop api local idle 40000'), ...many(5, '11 app@shop api local active 9')],
    slots: { max: 10, superuserReserved: 0 },
    policy: { ...REAP, relieve: { ...need(5), ladder: [{ state: 'idle in transaction', minAge: '5m' }] } },
    trigger: 'schedule',
    expected: { victims: pids(1, 5), missing: 0, verdict: 'sufficient' },
  },
];

describe('Reaping', () => {
  test.each(rows(REAPING))('%s', (_, scenario) => check(scenario));
});

describe('A further round', () => {
  const policy = aPolicy(writtenPolicy({ relieve: need(6), limits: { maxVictims: 4 } }));
  const sessions = many(10, '1 app@shop api local idle 40000');
  const snapshot = aSnapshot({ sessions, slots: { max: 10, superuserReserved: 0 } });
  const attempted = new Set(sessions.slice(0, 4).map(identityOf));
  const { pressure } = planRemediation(snapshot, policy, 'alarm');
  const again = (atMost: number) =>
    planRemediation(snapshot, policy, 'alarm', { atMost, attempted, pressure });

  test('takes no more than came to nothing before, whatever the need', () => {
    const plan = again(2);
    expect(plan.victims.map(({ session }) => session.pid)).toEqual([5, 6]);
    expect(plan.limits).toEqual([{ limit: 'firstPlan', allowed: 2, wanted: 6 }]);
  });

  test('ends no other session when every attempt came to something', () => {
    expect(again(0).victims).toEqual([]);
  });

  test('tries no session twice, and spares it with a reason', () => {
    const plan = again(10);
    expect(plan.victims.map(({ session }) => session.pid)).toEqual(pids(5, 10));
    const spared = plan.spared.map(({ session, reason }) => [session.pid, reason]);
    expect(spared).toEqual(pids(1, 4).map((pid) => [pid, 'limit']));
  });

  test('goes on until the target, although the pressure that began it is over', () => {
    const calm = { ...snapshot, sessions: sessions.slice(2) };
    expect(planRemediation(calm, policy, 'alarm').verdict).toBe('healthy');
    const plan = planRemediation(calm, policy, 'alarm', { atMost: 1, attempted: new Set(), pressure });
    expect(plan.victims).toHaveLength(1);
  });

  test('goes on for a limit that is no longer reached', () => {
    const lim = { ...snapshot, slots: { ...snapshot.slots, max: 100, roles: [{ name: 'app', limit: 10 }] } };
    const first = planRemediation(lim, policy, 'alarm');
    const later = { ...lim, sessions: sessions.slice(1) };
    const plan = planRemediation(later, policy, 'alarm', {
      atMost: 1,
      attempted: new Set(),
      pressure: first.pressure,
    });
    expect(plan.victims).toHaveLength(1);
  });

  test('does not take a new session for an old one with the same pid', () => {
    const successor = { ...one('1 app@shop api local idle 50000'), backendStart: '2026-11-21 03:00:00+00' };
    const later = { ...snapshot, sessions: [successor, ...sessions.slice(1)] };
    const plan = planRemediation(later, policy, 'alarm', { atMost: 10, attempted, pressure });
    expect(plan.victims.map(({ session }) => session)).toContain(successor);
  });
});
