import { describe, expect, test } from 'vitest';
import { check, many, one, planOf, rows, type Scenario } from './scenario.ts';

const ROOM = { max: 1_000, superuserReserved: 0 };
const freeSlots = (when: number, until: number) => ({
  when: { freeSlots: when },
  until: { freeSlots: until },
});
const limit = (name: string, limitOfScope: number) => ({ name, limit: limitOfScope });
const HOUR_THEN_TEN = [
  { state: 'idle', minAge: '1h' },
  { state: 'idle', minAge: '10m' },
] as const;

const ORDER: readonly Scenario[] = [
  {
    id: 'O+1',
    what: 'once the database has enough, the role goes on with its largest group',
    sessions: [...many(5, '1 r@d api local idle 9999'), ...many(8, '11 r@x web local idle 9000')],
    slots: { ...ROOM, roles: [limit('r', 13)], databases: [limit('d', 5)] },
    policy: { relieve: freeSlots(1, 3) },
    expected: {
      victims: [1, 2, 11],
      verdict: 'sufficient',
      needs: { 'role r': 3, 'database d': 2 },
    },
  },
  {
    id: 'O+2',
    what: 'a need that is met on the way changes who serves most',
    sessions: [...many(5, '1 r@d api local idle 9999'), ...many(8, '11 r@x web local idle 9000')],
    slots: { ...ROOM, roles: [limit('r', 13)], databases: [limit('d', 5)] },
    policy: { relieve: freeSlots(1, 5) },
    expected: { victims: [1, 2, 11, 12, 13], verdict: 'sufficient' },
  },
  {
    id: 'O+3',
    what: 'a session that later picks make needless is taken off the plan again, and is not "kept"',
    sessions: [
      one('1 r1@d0 a local idle 700'),
      one('2 r1@d1 b local idle 9999'),
      one('3 r2@d0 c local idle 700'),
    ],
    slots: { ...ROOM, roles: [limit('r1', 2)], databases: [limit('d0', 2)] },
    policy: { relieve: { ...freeSlots(1, 1), ladder: HOUR_THEN_TEN } },
    expected: {
      victims: [1],
      verdict: 'sufficient',
      missing: 0,
      spared: { 2: ['not-needed', 'enough slots without it'], 3: 'not-needed' },
    },
  },
];

const KEPT: readonly Scenario[] = [
  {
    id: 'K+1',
    what: 'on a healthy server the youngest of a group is the one it keeps, the others are not needed',
    sessions: [
      one('1 a@d api local idle 5000'),
      one('2 a@d api local idle 4000'),
      one('3 a@d api local idle 9000'),
    ],
    slots: ROOM,
    policy: { limits: { keepPerGroup: 1 } },
    expected: {
      victims: [],
      verdict: 'healthy',
      spared: { 1: 'not-needed', 2: ['kept', 'one of program api, 3 sessions'], 3: 'not-needed' },
    },
  },
  {
    id: 'K+2',
    what: 'a later rung is kept before an earlier one, whatever the ages',
    sessions: [one('1 a@d api local idle 3700'), one('2 a@d api local idle in transaction 90000')],
    slots: ROOM,
    policy: {
      relieve: {
        ladder: [
          { state: 'idle', minAge: '1h' },
          { state: 'idle in transaction', minAge: '10m' },
        ],
      },
      limits: { keepPerGroup: 1 },
    },
    expected: { victims: [], spared: { 1: 'not-needed', 2: 'kept' } },
  },
  {
    id: 'K+3',
    what: 'a group of just its keep is kept whole',
    sessions: [one('1 a@d api local idle 5000'), one('2 a@d api local idle 4000')],
    policy: { limits: { keepPerGroup: 2 } },
    expected: { victims: [], verdict: 'no-candidates', spared: { 1: 'kept', 2: 'kept' } },
  },
];

const DETAILS: readonly Scenario[] = [
  {
    id: 'D+90',
    what: 'each reason says what exactly applied',
    sessions: [
      one('1 a@d api local active 9999'),
      one('2 a@d api local idle -'),
      one('3 a@d api local idle 7'),
      one('4 a@d api local idle 9999', { pid: null }),
      one('5 a@d api local waiting 9999'),
      one('6 a@d api 10.0.0.1 idle 9999'),
    ],
    policy: {
      relieve: { ladder: [{ state: 'idle', minAge: '10m' }] },
      protect: { addresses: ['10.0.0.0/8'] },
    },
    expected: {
      victims: [],
      spared: {
        1: ['state', 'active'],
        2: ['unknown-age', 'the server did not report its age'],
        3: ['too-young', 'idle for 7000 ms'],
        5: ['built-in', 'unknown state'],
        6: ['protected', 'address'],
      },
    },
  },
  {
    id: 'D+91',
    what: 'what a limit cut off says so',
    sessions: many(3, '1 a@d api local idle 9999'),
    policy: { limits: { maxVictims: 1 } },
    expected: { victims: [1], spared: { 2: ['limit', 'above the limit for one run'], 3: 'limit' } },
  },
  {
    id: 'D+92',
    what: 'sessions without user and database are a group of their own, and match no name',
    sessions: [
      one('1 a@d - local idle 9999', { user: null, database: null }),
      one('2 a@d - local idle 9999', { user: null, database: null }),
    ],
    policy: { limits: { keepPerGroup: 1 }, protect: { users: ['a'], databases: ['d'] } },
    expected: { victims: [1], spared: { 2: 'kept' } },
  },
];

describe('The order, finer', () => {
  test.each(rows(ORDER))('%s', (_, scenario) => check(scenario));
});

describe('What a group keeps', () => {
  test.each(rows(KEPT))('%s', (_, scenario) => check(scenario));
});

describe('What a reason says', () => {
  test.each(rows(DETAILS))('%s', (_, scenario) => check(scenario));

  test('a session without a pid says that its pid is unknown', () => {
    const sessions = [one('4 a@d api local idle 9999', { pid: null })];
    const plan = planOf({ id: '', what: '', sessions, expected: { victims: [] } });
    expect(plan.spared.map(({ detail }) => detail)).toEqual(['unknown pid']);
  });

  test('sessions without a pid come out in one order, whatever the order they came in', () => {
    const sessions = [
      one('4 a@d api local idle 9999', { pid: null }),
      one('4 b@d api local active 5', { pid: null }),
      one('4 a@d web local idle 9999', { pid: null, backendStart: null }),
    ];
    const sparedOf = (given: typeof sessions) =>
      planOf({ id: '', what: '', sessions: given, expected: { victims: [] } }).spared.map(
        ({ session }) => session,
      );
    expect(sparedOf(sessions.toReversed())).toEqual(sparedOf(sessions));
  });

  test('a victim names the age that its rung asks for, its own age, and the scopes that it serves', () => {
    const sessions = many(2, '1 a@d api local idle 9999');
    const policy = { relieve: { ladder: HOUR_THEN_TEN } };
    const plan = planOf({ id: '', what: '', sessions, policy, expected: { victims: [] } });
    expect(plan.victims[0]?.reason).toEqual({
      purpose: 'relieve',
      rung: 1,
      minAgeMs: 3_600_000,
      ageMs: 9_999_000,
      group: { application: 'api', user: 'a', database: 'd' },
      serves: [{ kind: 'server' }],
    });
  });

  test('a reaped one serves no scope and has no rung', () => {
    const sessions = many(2, '1 a@d api local idle 99999');
    const policy = { reap: { minAge: '8h' } };
    const scenario = { id: '', what: '', sessions, policy, slots: ROOM, expected: { victims: [] } };
    const plan = planOf({ ...scenario, trigger: 'schedule' });
    expect(plan.victims[0]?.reason).toMatchObject({
      purpose: 'reap',
      rung: null,
      minAgeMs: 28_800_000,
      serves: [],
    });
  });
});
