import { describe, test } from 'vitest';
import type { Session } from '../../../functions/core/server/session.ts';
import { check, idleFor, many, one, rows, type Scenario } from './scenario.ts';

const MIXED_AGES: readonly Session[] = [
  one('2 web@shop api 10.0.0.7 idle 13'),
  one('1 web@shop api 10.0.0.7 idle 17'),
  one('7 web@shop api 10.0.0.7 idle 0'),
  one('3 web@shop api 10.0.0.7 idle 6'),
  one('4 web@shop api 10.0.0.7 idle 2'),
  one('5 web@shop api 10.0.0.7 idle 2'),
  one('6 web@shop api 10.0.0.7 idle 1'),
  one('8 web@shop api 10.0.0.7 active 3'),
  one('9 web@shop api 10.0.0.7 active 24'),
  one('10 web@shop api 10.0.0.7 active 600'),
];
const NO_AGE = many(7, '1 web@shop api 10.0.0.7 idle -', () => ({ stateChange: null }));
const USERS: readonly Session[] = [
  one('1 test@shop api local idle 1000'),
  one('2 test_1@shop api local idle 1000'),
  one('3 test_2@shop api local idle 1000'),
  one('4 postgres@shop psql local idle 1000', { superuser: true }),
];
const APPS: readonly Session[] = [
  one('1 app@shop api 10.0.0.7 active 120'),
  one('2 app@shop api 10.0.0.7 idle 5'),
  one('3 app_admin@shop api 10.0.0.7 idle 900'),
  one('4 app@shop api 10.0.0.7 active 60', { waitEvent: 'relation', blockedBy: [1] }),
];
const IN_TRANSACTION: readonly Session[] = [
  one('1 app@shop api 10.0.0.7 idle in transaction 301'),
  one('2 app@shop api 10.0.0.7 idle in transaction (aborted) 301'),
  one('3 app@shop api 10.0.0.7 idle 9'),
];
const [IDLE, OPEN, ABORTED] = [
  { state: 'idle', minAge: '300s' },
  { state: 'idle in transaction', minAge: '300s' },
  { state: 'idle in transaction (aborted)', minAge: '300s' },
] as const;

const FROM_THE_LIST: readonly Scenario[] = [
  {
    id: 'A1',
    what: 'only what is idle for the whole age goes',
    sessions: MIXED_AGES,
    policy: idleFor('15s'),
    expected: { victims: [1], spared: { 2: 'too-young', 7: 'too-young', 10: 'state' } },
  },
  {
    id: 'A2',
    what: 'actives are never taken, whatever their age',
    sessions: MIXED_AGES,
    policy: idleFor('10s'),
    expected: { victims: [1, 2], spared: { 8: 'state', 9: 'state', 10: 'state' } },
  },
  {
    id: 'A3',
    what: 'an age the server does not tell spares',
    sessions: NO_AGE,
    policy: idleFor('10s'),
    expected: {
      victims: [],
      verdict: 'no-candidates',
      spared: Object.fromEntries(NO_AGE.map(({ pid }) => [pid, 'unknown-age' as const])),
    },
  },
  {
    id: 'A4',
    what: 'nothing but client backends goes',
    sessions: [
      one('1 repl@shop standby1 10.0.0.9 idle 9999', { backendType: 'walsender' }),
      one('2 x@x - local idle 9999', { backendType: 'checkpointer', user: null, database: null }),
      one('3 x@shop - local idle 9999', { backendType: 'autovacuum worker', user: null }),
      one('4 x@x - local idle 9999', { backendType: 'logical replication launcher', database: null }),
      one('5 app@shop api 10.0.0.7 idle 9999', { backendType: 'parallel worker' }),
    ],
    policy: {
      ...idleFor('10s'),
      include: { users: ['*'], databases: ['*'], applications: ['*'], addresses: ['*'] },
    },
    expected: {
      victims: [],
      spared: {
        1: ['built-in', 'walsender, not a client'],
        2: 'built-in',
        3: 'built-in',
        4: 'built-in',
        5: 'built-in',
      },
    },
  },
  {
    id: 'A5',
    what: 'our own session stays',
    sessions: [
      one('1 app@shop api 10.0.0.7 idle 9999'),
      one('2 app@shop api 10.0.0.7 idle 9999'),
      one('3 app@shop api 10.0.0.7 idle 9999'),
      one('4 fixer@postgres pg-headroom 10.0.0.8 idle 9999'),
    ],
    ownPid: 4,
    policy: idleFor('10s'),
    expected: { victims: [1, 2, 3], spared: { 4: ['built-in', 'our own session'] } },
  },
  {
    id: 'A6',
    what: 'superusers stay',
    sessions: USERS,
    policy: idleFor('10s'),
    expected: { victims: [1, 2, 3], spared: { 4: ['built-in', 'superuser'] } },
  },
  {
    id: 'A7',
    what: 'a list of users selects those',
    sessions: USERS,
    policy: { ...idleFor('10s'), include: { users: ['test_1', 'test_2'] } },
    expected: { victims: [2, 3], spared: { 1: ['not-included', 'user'] } },
  },
  {
    id: 'A8',
    what: 'protect beats include',
    sessions: USERS,
    policy: {
      ...idleFor('10s'),
      include: { users: ['test', 'test_1', 'test_2'] },
      protect: { users: ['test'] },
    },
    expected: { victims: [2, 3], spared: { 1: ['protected', 'user'] } },
  },
  {
    id: 'A9',
    what: 'matching nobody selects nobody',
    sessions: USERS,
    policy: { ...idleFor('10s'), include: { users: ['appx'] } },
    expected: {
      victims: [],
      verdict: 'no-candidates',
      spared: { 1: 'not-included', 2: 'not-included', 3: 'not-included', 4: 'built-in' },
    },
  },
  {
    id: 'A10',
    what: 'names are exact, conditions are ANDed',
    sessions: APPS,
    policy: { ...idleFor('600s'), include: { users: ['app'] } },
    expected: { victims: [], spared: { 1: 'state', 2: 'too-young', 3: 'not-included', 4: 'state' } },
  },
  {
    id: 'A11',
    what: 'a wildcard selects what its text says',
    sessions: APPS,
    policy: { ...idleFor('600s'), include: { users: ['app_*'] } },
    expected: { victims: [3], spared: { 1: 'not-included' } },
  },
  {
    id: 'A12',
    what: 'sessions in a transaction need a rung of their own',
    sessions: IN_TRANSACTION,
    policy: { relieve: { ladder: [IDLE] } },
    expected: { victims: [], spared: { 1: 'state', 2: 'state', 3: 'too-young' } },
  },
  {
    id: 'A12',
    what: 'a rung takes its own state only',
    sessions: IN_TRANSACTION,
    policy: { relieve: { ladder: [OPEN] } },
    expected: { victims: [1], rungs: { 1: 1 }, spared: { 2: 'state', 3: 'state' } },
  },
  {
    id: 'A12',
    what: 'each victim names its rung',
    sessions: IN_TRANSACTION,
    policy: { relieve: { ladder: [OPEN, ABORTED] } },
    expected: { victims: [1, 2], rungs: { 1: 1, 2: 2 } },
  },
];

const IN_THE_SAME_SPIRIT: readonly Scenario[] = [
  {
    id: 'A+1',
    what: 'the age is compared in milliseconds, the boundary included',
    sessions: [
      one('1 app@shop api 10.0.0.7 idle 0', { stateAgeMs: 599_999 }),
      one('2 app@shop api 10.0.0.7 idle 0', { stateAgeMs: 600_000 }),
      one('3 app@shop api 10.0.0.7 idle 0', { stateAgeMs: 600_001 }),
    ],
    policy: idleFor('10m'),
    expected: { victims: [3, 2], spared: { 1: 'too-young' } },
  },
  {
    id: 'A+2',
    what: 'idleness counts from state_change, not from the start of the query or of the session',
    sessions: [
      one('1 app@shop api 10.0.0.7 idle 5', {
        queryAgeMs: 9_999_000,
        transactionAgeMs: 9_999_000,
        backendStart: '2020-01-01 00:00:00+00',
      }),
    ],
    policy: idleFor('10s'),
    expected: { victims: [], spared: { 1: 'too-young' } },
  },
  {
    id: 'A+3',
    what: 'an age of 0 that the server did tell is too young, not unknown',
    sessions: [one('1 app@shop api 10.0.0.7 idle 0')],
    policy: idleFor('10s'),
    expected: { victims: [], spared: { 1: 'too-young' } },
  },
  {
    id: 'A+4',
    what: 'states are compared as the server writes them, with parentheses and in lower case',
    sessions: [
      one('1 app@shop api 10.0.0.7 idle in transaction aborted 9999'),
      one('2 app@shop api 10.0.0.7 Idle 9999'),
      one('3 app@shop api 10.0.0.7 idle in transaction (aborted) 9999'),
    ],
    policy: { relieve: { ladder: [IDLE, OPEN, ABORTED] } },
    expected: {
      victims: [3],
      rungs: { 3: 3 },
      spared: { 1: ['built-in', 'unknown state'], 2: ['built-in', 'unknown state'] },
    },
  },
  {
    id: 'A+5',
    what: 'known states that no rung may name are spared as state, unknowable ones as built-in',
    sessions: [
      one('1 app@shop api 10.0.0.7 fastpath function call 9999'),
      one('2 app@shop api 10.0.0.7 starting 9999'),
      one('3 app@shop api 10.0.0.7 disabled 9999'),
      one('4 app@shop api 10.0.0.7 idle 9999', { state: null }),
    ],
    policy: { relieve: { ladder: [IDLE, OPEN, ABORTED] } },
    expected: { victims: [], spared: { 1: 'state', 2: 'state', 3: 'built-in', 4: 'built-in' } },
  },
  {
    id: 'A+6',
    what: 'all four kinds of conditions have to hold at once',
    sessions: [
      one('1 app@shop api 10.0.0.7 idle 900'),
      one('2 other@shop api 10.0.0.7 idle 900'),
      one('3 app@other api 10.0.0.7 idle 900'),
      one('4 app@shop other 10.0.0.7 idle 900'),
      one('5 app@shop api 10.0.1.7 idle 900'),
    ],
    policy: {
      ...idleFor('10m'),
      include: {
        users: ['app'],
        databases: ['shop'],
        applications: ['api'],
        addresses: ['10.0.0.0/24'],
      },
    },
    expected: {
      victims: [1],
      spared: {
        2: ['not-included', 'user'],
        3: ['not-included', 'database'],
        4: ['not-included', 'application'],
        5: ['not-included', 'address'],
      },
    },
  },
  {
    id: 'A+7',
    what: 'an empty list of names selects nobody',
    sessions: USERS,
    policy: { ...idleFor('10s'), include: { databases: [] } },
    expected: { victims: [], spared: { 1: ['not-included', 'database'] } },
  },
  {
    id: 'A+8',
    what: 'a ladder without rungs ends nobody',
    sessions: MIXED_AGES,
    policy: { relieve: { ladder: [] } },
    expected: { victims: [], verdict: 'no-candidates', spared: { 1: 'state', 10: 'state' } },
  },
];

describe('Which sessions are selected', () => {
  test.each(rows(FROM_THE_LIST))('%s', (_, scenario) => check(scenario));
});

describe('Which sessions are selected, in the same spirit', () => {
  test.each(rows(IN_THE_SAME_SPIRIT))('%s', (_, scenario) => check(scenario));
});
