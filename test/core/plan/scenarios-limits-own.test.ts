import { describe, test } from 'vitest';
import { aHiddenSession } from '../../support/builders.ts';
import { check, idleFor, many, one, pids, rows, type Scenario } from './scenario.ts';

const need = (count: number) => ({ when: { freeSlots: 1 }, until: { freeSlots: count } });
const full = (max: number) => ({ max, superuserReserved: 0 });

const LIMITS: readonly Scenario[] = [
  {
    id: 'B+1',
    what: 'maxPercent is floored: half of one is none',
    sessions: many(1, '1 app@shop api local idle 999'),
    policy: { ...idleFor('10s'), limits: { maxPercent: 50 } },
    expected: {
      victims: [],
      verdict: 'no-candidates',
      limits: [{ limit: 'maxPercent', allowed: 0, wanted: 1 }],
      spared: { 1: 'limit' },
    },
  },
  {
    id: 'B+2',
    what: 'maxPercent is floored: half of three is one',
    sessions: many(3, '1 app@shop api local idle 999'),
    policy: { ...idleFor('10s'), limits: { maxPercent: 50 } },
    expected: { victims: [1], limits: [{ limit: 'maxPercent', allowed: 1, wanted: 3 }] },
  },
  {
    id: 'B+3',
    what: 'maxPercent counts all clients, ours and background processes apart',
    sessions: [
      ...many(3, '1 app@shop api local idle 999'),
      one('4 app@shop api local active 9'),
      one('5 postgres@shop psql local idle 9', { superuser: true }),
      one('6 fixer@postgres pg-headroom local active 0'),
      one('7 fixer@postgres pg-headroom local idle 99'),
      one('8 repl@shop standby local active 9', { backendType: 'walsender' }),
    ],
    ownPid: 6,
    slots: full(5),
    policy: { ...idleFor('10s'), limits: { maxPercent: 40 } },
    expected: { victims: [1, 2], limits: [{ limit: 'maxPercent', allowed: 2, wanted: 3 }] },
  },
  {
    id: 'B+4',
    what: 'where both limits cut both are named, and the smaller one holds',
    sessions: many(10, '1 app@shop api local idle 999'),
    policy: { ...idleFor('10s'), limits: { maxVictims: 4, maxPercent: 30 } },
    expected: {
      victims: [1, 2, 3],
      limits: [
        { limit: 'maxVictims', allowed: 4, wanted: 10 },
        { limit: 'maxPercent', allowed: 3, wanted: 10 },
      ],
    },
  },
  {
    id: 'B+5',
    what: 'a limit that allows exactly what is wanted cuts nothing',
    sessions: many(10, '1 app@shop api local idle 999'),
    slots: full(10),
    policy: { relieve: need(5), limits: { maxVictims: 5, maxPercent: 50 } },
    expected: { victims: pids(1, 5), verdict: 'sufficient', limits: [] },
  },
  {
    id: 'B+6',
    what: 'a cut that leaves only part of the need says how much is missing',
    sessions: many(10, '1 app@shop api local idle 999'),
    slots: full(10),
    policy: { relieve: need(5), limits: { maxVictims: 4 } },
    expected: {
      victims: pids(1, 4),
      verdict: 'partial',
      missing: 1,
      spared: { 5: 'limit', 6: 'not-needed' },
    },
  },
];

const KEEP: readonly Scenario[] = [
  {
    id: 'B+7',
    what: 'a group smaller than its keep loses nobody',
    sessions: many(2, '1 app@shop api local idle 999'),
    policy: { ...idleFor('10s'), limits: { keepPerGroup: 3 } },
    expected: { victims: [], verdict: 'no-candidates', spared: { 1: 'kept', 2: 'kept' } },
  },
  {
    id: 'B+8',
    what: 'a protected session of the group is one that stays',
    sessions: [
      ...many(2, '1 app@shop api local idle 999'),
      one('3 app@shop api local idle 999', { advisoryLock: true }),
    ],
    policy: { ...idleFor('10s'), limits: { keepPerGroup: 1 } },
    expected: { victims: [1, 2], spared: { 3: 'protected' } },
  },
  {
    id: 'B+9',
    what: "a parallel worker is no session of the group's",
    sessions: [
      ...many(2, '1 app@shop api local idle 999'),
      one('3 app@shop api local active 1', { backendType: 'parallel worker' }),
    ],
    policy: { ...idleFor('10s'), limits: { keepPerGroup: 1 } },
    expected: { victims: [1], spared: { 2: 'kept' } },
  },
  {
    id: 'B+10',
    what: 'the keep holds over all rungs together, and the later rung gives the kept one',
    sessions: [
      one('1 app@shop api local idle 200'),
      one('2 app@shop api local idle 700'),
      one('3 app@shop api local idle 300'),
    ],
    policy: {
      relieve: {
        ladder: [
          { state: 'idle', minAge: '10m' },
          { state: 'idle', minAge: '2m' },
        ],
      },
      limits: { keepPerGroup: 1 },
    },
    expected: { victims: [2, 3], rungs: { 2: 1, 3: 2 }, spared: { 1: 'kept' } },
  },
  {
    id: 'B+11',
    what: 'names that look alike when joined are groups of their own',
    sessions: [
      one('1 b@c a local idle 999'),
      one('2 b@c a local idle 998'),
      one('3 c@b a local idle 999'),
      one('4 a@c b local idle 999'),
      one('5 c@c a,b local idle 999'),
    ],
    policy: { ...idleFor('10s'), limits: { keepPerGroup: 1 } },
    expected: { victims: [1], spared: { 2: 'kept', 3: 'kept', 4: 'kept', 5: 'kept' } },
  },
];

const ORDER: readonly Scenario[] = [
  {
    id: 'B+12',
    what: 'the largest group is the one with most sessions in this rung, not with most sessions',
    sessions: [
      ...many(30, '101 app@shop busy local active 9'),
      ...many(2, '1 app@shop busy local idle 9999'),
      ...many(3, '11 app@shop calm local idle 4999'),
    ],
    slots: full(35),
    policy: { relieve: need(2) },
    expected: { victims: [11, 12], verdict: 'sufficient' },
  },
  {
    id: 'B+13',
    what: 'programs of one size go by stem, then role, and their last ones by application, then database, by code unit',
    sessions: [
      one('1 u@d b local idle 999'),
      one('2 v@d a local idle 999'),
      one('3 u@e a local idle 999'),
      one('4 u@d a local idle 999'),
      one('5 u@d Z local idle 999'),
      one('6 u@d - local idle 999'),
    ],
    policy: idleFor('10s'),
    expected: { victims: [4, 3, 6, 5, 2, 1] },
  },
  {
    id: 'B+14',
    what: 'sessions of one age go by pid, whenever they were opened',
    sessions: [
      one('30 u@d a local idle 999', { backendStart: '2026-11-20 00:00:02+00' }),
      one('9 u@d a local idle 999', { backendStart: '2026-11-20 00:00:03+00' }),
      one('200 u@d a local idle 999', { backendStart: '2026-11-20 00:00:01+00' }),
      one('1 u@d a local idle 998', { backendStart: '2026-11-20 00:00:00+00' }),
    ],
    policy: idleFor('10s'),
    expected: { victims: [9, 30, 200, 1] },
  },
  {
    id: 'B+15',
    what: 'a ladder of several states is climbed in its own order, whatever the ages',
    sessions: [
      one('1 app@shop api local idle 9999'),
      one('2 app@shop api local idle in transaction 400'),
      one('3 app@shop api local idle in transaction (aborted) 100'),
      one('4 app@shop api local idle in transaction 9999'),
    ],
    slots: full(4),
    policy: {
      relieve: {
        ...need(3),
        ladder: [
          { state: 'idle in transaction (aborted)', minAge: '1m' },
          { state: 'idle in transaction', minAge: '1h' },
          { state: 'idle', minAge: '1h' },
          { state: 'idle in transaction', minAge: '5m' },
        ],
      },
    },
    expected: { victims: [3, 4, 1], rungs: { 1: 3, 3: 1, 4: 2 }, spared: { 2: 'not-needed' } },
  },
];

const CAPACITY: readonly Scenario[] = [
  {
    id: 'B+16',
    what: 'at exactly the number of free slots there is no pressure',
    sessions: many(87, '1 app@shop api local idle 9999'),
    slots: {},
    policy: { relieve: { when: { freeSlots: 10 }, until: { freeSlots: 10 } } },
    expected: { victims: [], verdict: 'healthy' },
  },
  {
    id: 'B+17',
    what: 'one slot fewer is pressure, and one session cures it',
    sessions: many(88, '1 app@shop api local idle 9999'),
    slots: {},
    policy: { relieve: { when: { freeSlots: 10 }, until: { freeSlots: 10 } } },
    expected: { victims: [1], verdict: 'sufficient', needs: { server: 1 } },
  },
  {
    id: 'B+18',
    what: 'all three reserves are taken off, walsenders are not',
    sessions: many(80, '1 app@shop api local idle 9999'),
    slots: { max: 100, superuserReserved: 3, reserved: 7, providerReserved: 10, walSenders: 50 },
    policy: { relieve: { when: { usedPercent: 100 }, until: { usedPercent: 99 } } },
    expected: { victims: [1], verdict: 'sufficient', needs: { server: 1 } },
  },
  {
    id: 'B+19',
    what: 'a share that is no whole number of slots is rounded towards more room',
    sessions: many(10, '1 app@shop api local idle 9999'),
    slots: full(10),
    policy: { relieve: { until: { usedPercent: 94 } } },
    expected: { victims: [1], needs: { server: 1 }, verdict: 'sufficient' },
  },
  {
    id: 'B+20',
    what: 'a hidden row is used and spared; ours and background processes are not used',
    sessions: [
      ...many(8, '1 app@shop api local idle 9999'),
      aHiddenSession({ pid: 9 }),
      one('10 fixer@postgres pg-headroom local active 0'),
      one('11 fixer@postgres pg-headroom local idle 99'),
      one('12 x@x - local active 9', { backendType: 'checkpointer', user: null, database: null }),
      one('13 repl@shop standby local active 9', { backendType: 'walsender' }),
    ],
    ownPid: 10,
    slots: full(10),
    policy: { relieve: { when: { usedPercent: 90 }, until: { usedPercent: 80 } } },
    expected: {
      victims: [1],
      needs: { server: 1 },
      verdict: 'sufficient',
      spared: { 9: ['built-in', 'hidden from our role'], 11: ['built-in', 'our own session'] },
    },
  },
  {
    id: 'B+21',
    what: 'without usable slots nothing is ended',
    sessions: many(5, '1 app@shop api local idle 9999'),
    slots: { max: 10, superuserReserved: 3, reserved: 3, providerReserved: 4 },
    expected: { victims: [], verdict: 'no-candidates', problem: 'capacity-unusable' },
  },
  {
    id: 'B+22',
    what: 'reserves above max_connections end nobody either',
    sessions: many(5, '1 app@shop api local idle 9999'),
    slots: { max: 10, superuserReserved: 8, reserved: 3 },
    policy: { reap: { minAge: '10s' } },
    trigger: 'schedule',
    expected: { victims: [], problem: 'capacity-unusable' },
  },
  {
    id: 'B+23',
    what: 'a target above the usable slots ends nobody, not even by reap',
    sessions: many(97, '1 app@shop api local idle 99999'),
    slots: {},
    policy: { relieve: need(98), reap: { minAge: '10s' } },
    trigger: 'schedule',
    expected: { victims: [], verdict: 'no-candidates', problem: 'target-unreachable' },
  },
  {
    id: 'B+24',
    what: 'a target of all usable slots can be reached',
    sessions: many(97, '1 app@shop api local idle 9999'),
    slots: {},
    policy: { relieve: need(97) },
    expected: { victims: pids(1, 97), verdict: 'sufficient', needs: { server: 97 } },
  },
];

describe('How many and in which order, in the same spirit', () => {
  test.each(rows([...LIMITS, ...KEEP, ...ORDER, ...CAPACITY]))('%s', (_, scenario) => check(scenario));
});
