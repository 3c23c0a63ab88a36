import { describe, test } from 'vitest';
import { check, many, one, pids, rows, type Scenario } from './scenario.ts';

/** 60 % of 110 slots are used: 5 by role `lim`, which may have 5, and 61 by others. */
const C1 = (limAge: number) => [
  ...many(5, `1 lim@shop api 10.0.0.7 idle ${limAge}`),
  ...many(60, '101 app@shop web 10.0.0.7 idle 5000'),
  one('200 app@shop web 10.0.0.7 active 5'),
];
const ROOM = { max: 110, superuserReserved: 0 };
const LIM = { ...ROOM, roles: [{ name: 'lim', limit: 5 }] };
const freeSlots = (when: number, until: number) => ({
  when: { freeSlots: when },
  until: { freeSlots: until },
});

const FROM_THE_LIST: readonly Scenario[] = [
  {
    id: 'C1',
    what: 'a role at its limit is cured by its own sessions, as many as it takes',
    sessions: C1(700),
    slots: LIM,
    policy: { relieve: freeSlots(1, 2) },
    expected: {
      victims: [1, 2],
      verdict: 'sufficient',
      needs: { 'role lim': 2 },
      spared: { 101: 'not-needed' },
    },
  },
  {
    id: 'C1a',
    what: 'a pool that fits its limit is no incident to the schedule',
    sessions: C1(700),
    slots: LIM,
    policy: { relieve: freeSlots(1, 2) },
    trigger: 'schedule',
    expected: { victims: [], verdict: 'healthy', needs: {} },
  },
  {
    id: 'C1b',
    what: "a scope's free slots are capped at half its limit",
    sessions: C1(700),
    slots: LIM,
    policy: { relieve: freeSlots(1, 30) },
    expected: { victims: [1, 2], verdict: 'sufficient', needs: { 'role lim': 2 } },
  },
  {
    id: 'C2',
    what: "others' sessions do not stand in for a role's",
    sessions: C1(5),
    slots: LIM,
    policy: { relieve: freeSlots(1, 2) },
    expected: {
      victims: [],
      verdict: 'no-candidates',
      missing: 2,
      needs: { 'role lim': 2 },
      spared: { 1: 'too-young', 101: 'not-needed' },
    },
  },
  {
    id: 'C3',
    what: 'a database at its limit is cured by sessions of that database',
    sessions: [
      ...many(4, '1 app@small api 10.0.0.7 idle 700'),
      ...many(2, '11 other@small web 10.0.0.7 idle 700'),
      ...many(50, '101 app@shop api 10.0.0.7 idle 99999'),
    ],
    slots: { ...ROOM, databases: [{ name: 'small', limit: 6 }] },
    policy: { relieve: freeSlots(1, 3) },
    expected: { victims: [1, 2, 3], verdict: 'sufficient', needs: { 'database small': 3 } },
  },
  {
    id: 'C4',
    what: 'sessions that serve both scopes go, not one for each',
    sessions: [
      ...many(4, '1 r@other api 10.0.0.7 idle 900'),
      ...many(2, '11 r@d api 10.0.0.7 idle 700'),
      ...many(4, '21 x@d api 10.0.0.7 idle 900'),
    ],
    slots: { ...ROOM, roles: [{ name: 'r', limit: 6 }], databases: [{ name: 'd', limit: 6 }] },
    policy: { relieve: { ...freeSlots(1, 2), ladder: [{ state: 'idle', minAge: '10m' }] } },
    expected: {
      victims: [11, 12],
      verdict: 'sufficient',
      missing: 0,
      needs: { 'role r': 2, 'database d': 2 },
    },
  },
];

const ROLES: readonly Scenario[] = [
  {
    id: 'C+1',
    what: 'a limit of 1 frees its one slot',
    sessions: [one('1 lim@shop api local idle 9999'), one('2 app@shop api local idle 9999')],
    slots: { ...ROOM, roles: [{ name: 'lim', limit: 1 }] },
    policy: { relieve: freeSlots(1, 10) },
    expected: { victims: [1], verdict: 'sufficient', needs: { 'role lim': 1 } },
  },
  {
    id: 'C+2',
    what: 'a limit that is not quite reached is no pressure',
    sessions: many(4, '1 lim@shop api local idle 9999'),
    slots: LIM,
    policy: { relieve: freeSlots(1, 2) },
    expected: { victims: [], verdict: 'healthy', needs: {} },
  },
  {
    id: 'C+3',
    what: 'a limit lowered below what is used counts from what is used',
    sessions: many(8, '1 lim@shop api local idle 9999'),
    slots: LIM,
    policy: { relieve: freeSlots(1, 2) },
    expected: { victims: pids(1, 5), verdict: 'sufficient', needs: { 'role lim': 5 } },
  },
  {
    id: 'C+4',
    what: 'limits of 0 and -1 are no limits to us',
    sessions: many(3, '1 lim@shop api local idle 9999'),
    slots: {
      ...ROOM,
      roles: [{ name: 'lim', limit: 0 }],
      databases: [{ name: 'shop', limit: -1 }],
    },
    policy: { relieve: freeSlots(1, 2) },
    expected: { victims: [], verdict: 'healthy' },
  },
  {
    id: 'C+5',
    what: 'our own role at its limit is never relieved',
    sessions: [
      one('1 fixer@postgres pg-headroom local active 0'),
      ...many(3, '2 fixer@shop psql local idle 9999'),
    ],
    ownPid: 1,
    slots: { ...ROOM, roles: [{ name: 'fixer', limit: 3 }] },
    policy: { relieve: freeSlots(1, 2) },
    expected: { victims: [], verdict: 'healthy', needs: {}, spared: { 2: 'not-needed' } },
  },
  {
    id: 'C+6',
    what: "a superuser's limit binds nobody",
    sessions: many(3, '1 postgres@shop psql local idle 9999', () => ({ superuser: true })),
    slots: { ...ROOM, roles: [{ name: 'postgres', limit: 3 }] },
    policy: { relieve: freeSlots(1, 2) },
    expected: { victims: [], verdict: 'healthy', needs: {} },
  },
  {
    id: 'C+7',
    what: "walsenders and parallel workers do not count towards a role's limit",
    sessions: [
      ...many(3, '1 lim@shop api local idle 9999'),
      one('11 lim@shop standby local active 9', { backendType: 'walsender' }),
      one('12 lim@shop api local active 9', { backendType: 'parallel worker' }),
    ],
    slots: LIM,
    policy: { relieve: freeSlots(1, 2) },
    expected: { victims: [], verdict: 'healthy', needs: {} },
  },
  {
    id: 'C+8',
    what: "superusers' sessions count towards a database's limit, and stay",
    sessions: [
      ...many(2, '1 app@small api local idle 9999'),
      one('3 postgres@small psql local idle 9999', { superuser: true }),
    ],
    slots: { ...ROOM, databases: [{ name: 'small', limit: 3 }] },
    policy: { relieve: freeSlots(1, 9) },
    expected: { victims: [1], verdict: 'sufficient', needs: { 'database small': 1 } },
  },
  {
    id: 'C+9',
    what: 'a manual run looks at the limits as an alarm does',
    sessions: C1(700),
    slots: LIM,
    policy: { relieve: freeSlots(1, 2) },
    trigger: 'manual',
    expected: { victims: [1, 2], verdict: 'sufficient' },
  },
  {
    id: 'C+10',
    what: 'a share is a share of the limit',
    sessions: many(10, '1 lim@shop api local idle 9999'),
    slots: { ...ROOM, roles: [{ name: 'lim', limit: 10 }] },
    policy: { relieve: { when: { usedPercent: 95 }, until: { usedPercent: 75 } } },
    expected: { victims: [1, 2, 3], verdict: 'sufficient', needs: { 'role lim': 3 } },
  },
  {
    id: 'C+11',
    what: "names of scopes are exact: app_admin does not cure app's limit",
    sessions: [
      ...many(2, '1 app@shop api local active 9'),
      ...many(5, '11 app_admin@shop api local idle 9999'),
      ...many(5, '21 x@app api local idle 9999'),
    ],
    slots: { ...ROOM, roles: [{ name: 'app', limit: 2 }] },
    policy: { relieve: freeSlots(1, 1) },
    expected: { victims: [], verdict: 'no-candidates', missing: 1 },
  },
];

describe('Limits of roles and databases', () => {
  test.each(rows(FROM_THE_LIST))('%s', (_, scenario) => check(scenario));
});

describe('Limits of roles and databases, in the same spirit', () => {
  test.each(rows(ROLES))('%s', (_, scenario) => check(scenario));
});
