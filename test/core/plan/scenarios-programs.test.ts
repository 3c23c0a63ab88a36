import { describe, test } from 'vitest';
import type { Session } from '../../../functions/core/server/session.ts';
import { check, many, one, pids, rows, type Scenario } from './scenario.ts';

/** Rows of the list whose meaning changed when sessions were counted by program, and others in the same spirit. */

const HOUR = { state: 'idle', minAge: '1h' } as const;
const full = (max: number) => ({ max, superuserReserved: 0 });
const need = (slots: number) => ({
  when: { freeSlots: 1 },
  until: { freeSlots: slots },
  ladder: [HOUR],
});
const KEEP_ONE = { keepPerGroup: 1 };
const POD = 'bcdfghjklmnpqrstvwxz2456789';
/** Another text of the alphabet for each number. */
const letters = (at: number, length: number) =>
  Array.from({ length }, (_, place) => POD[Math.floor(at / POD.length ** place) % POD.length]).join('');
const WORDS = ['ash', 'box', 'elm', 'fig', 'fir', 'gum', 'ivy', 'oak', 'sal', 'yew'];

/** Nine idle sessions of each, the first by name with the lowest pids. */
const nineOf = (names: readonly string[]): readonly Session[] =>
  names.flatMap((application, at) =>
    many(9, `${at * 10 + 1} app@shop x local idle 9999`, () => ({ application })),
  );

const FROM_THE_LIST: readonly Scenario[] = [
  {
    id: 'B3a',
    what: '60 names of one role with a session each are one program',
    sessions: [
      ...many(60, '1 app@shop x local idle 9999', (at) => ({ application: `w${letters(at, 6)}` })),
      ...many(20, '101 app@shop web local idle 9999'),
    ],
    slots: full(80),
    policy: { relieve: need(10), limits: KEEP_ONE },
    expected: { victims: pids(1, 10), verdict: 'sufficient', spared: { 60: 'kept', 101: 'not-needed' } },
  },
  {
    id: 'B4a',
    what: 'ten services with different words feel it one by one, the first by name first',
    sessions: nineOf(WORDS),
    slots: full(90),
    policy: { relieve: need(10), limits: KEEP_ONE },
    expected: {
      victims: [...pids(1, 8), 11, 12],
      verdict: 'sufficient',
      spared: { 9: 'kept', 21: 'not-needed' },
    },
  },
  {
    id: 'B4a',
    what: 'a numbered service is one program, its numbers are drained to their last one by one',
    sessions: nineOf(WORDS.map((_, at) => `svc-${String(at + 1).padStart(2, '0')}`)),
    slots: full(90),
    policy: { relieve: need(10), limits: KEEP_ONE },
    expected: { victims: [...pids(1, 8), 11, 12], verdict: 'sufficient', spared: { 9: 'not-needed' } },
  },
  {
    id: 'B4c',
    what: '80 pods with a session each are one program, the longest idle go first',
    sessions: many(80, '1 app@shop x local idle 9999', (at) => ({
      application: `etl-job-7f9c6b5d${(at % 6) + 4}-${letters(at, 5)}`,
    })),
    slots: full(80),
    policy: { relieve: need(30), limits: KEEP_ONE },
    expected: { victims: pids(1, 30), verdict: 'sufficient' },
  },
  {
    id: 'B4d',
    what: "80 tenants' databases with a session each are one program",
    sessions: many(80, '1 app@tenant saas local idle 9999', (at) => ({ database: `tenant_${at}` })),
    slots: full(80),
    policy: { relieve: need(30), limits: KEEP_ONE },
    expected: { victims: pids(1, 30), verdict: 'sufficient' },
  },
  {
    id: 'B5b',
    what: 'the keep of a program stays once, in whichever database was used last',
    sessions: ['a', 'b', 'c'].map((database, at) =>
      one(`${at + 1} app@${database} api local idle ${9_999 - at}`),
    ),
    policy: { limits: KEEP_ONE },
    expected: { victims: [1, 2], spared: { 3: ['kept', 'one of program api, 3 sessions in 3 databases'] } },
  },
  {
    id: 'B5c',
    what: 'an active session of the program in another database is the keep',
    sessions: [...many(3, '1 app@a api local idle 9999'), one('9 app@b api local active 9')],
    policy: { limits: KEEP_ONE },
    expected: { victims: [1, 2, 3], spared: { 9: 'state' } },
  },
  {
    id: 'B6a',
    what: 'words are no tokens: sync-mysql and sync-pgsql are two programs',
    sessions: [
      ...many(3, '1 app@shop sync-mysql local idle 9999'),
      ...many(3, '11 app@shop sync-pgsql local idle 9999'),
    ],
    policy: { limits: KEEP_ONE },
    expected: { victims: [1, 2, 11, 12], spared: { 3: 'kept', 13: 'kept' } },
  },
  {
    id: 'C3a',
    what: "for a database's limit all of its sessions may go, one elsewhere is the keep",
    sessions: [
      ...many(4, '1 app@full api local idle 9999'),
      one('9 app@other api local idle 9999'),
      ...many(4, '11 web@full web local active 1'),
    ],
    slots: { ...full(100), databases: [{ name: 'full', limit: 8 }] },
    policy: { relieve: { ...need(4), until: { freeSlots: 4 } }, limits: KEEP_ONE },
    expected: { victims: pids(1, 4), verdict: 'sufficient', spared: { 9: 'kept' } },
  },
  {
    id: 'D6a',
    what: 'patterns match full names, never stems',
    sessions: [
      ...many(2, '1 app@shop orders-1 local idle 9999'),
      ...many(2, '11 app@shop orders-2 local idle 9999'),
    ],
    policy: { include: { applications: ['orders-1'] } },
    expected: { victims: [1, 2], spared: { 11: ['not-included', 'application'] } },
  },
];

const LEASE = (at: number) => `v-token-app-${letters(at, 20)}-${1_700_000_000 + at}`;

const IN_THE_SAME_SPIRIT: readonly Scenario[] = [
  {
    id: 'P+1',
    what: "a lease's roles are one role: three sessions each, one stays of all",
    sessions: [1, 2, 3, 4].flatMap((at) =>
      many(3, `${at * 10} app@shop api local idle ${9_999 - at * 10}`, () => ({ user: LEASE(at) })),
    ),
    policy: { limits: KEEP_ONE },
    expected: { victims: [10, 11, 12, 20, 21, 22, 30, 31, 32, 40, 41], spared: { 42: 'kept' } },
  },
  {
    id: 'P+2',
    what: 'a role for each tenant under one name with a session each is one program from six on',
    sessions: many(6, '1 tenant@shop api local idle 9999', (at) => ({ user: `tenant_${at}` })),
    policy: { limits: KEEP_ONE },
    expected: { victims: pids(1, 5), spared: { 6: ['kept', 'one of program api, 6 sessions'] } },
  },
  {
    id: 'P+3',
    what: 'five of them are five programs, each with its keep',
    sessions: many(5, '1 tenant@shop api local idle 9999', (at) => ({ user: `tenant_${at}` })),
    policy: { limits: KEEP_ONE },
    expected: { victims: [], verdict: 'no-candidates' },
  },
  {
    id: 'P+4',
    what: 'numbers at the end of a role are its name: two tenants with six sessions each keep one each',
    sessions: [
      ...many(6, '1 tenant_1@shop api local idle 9999'),
      ...many(6, '11 tenant_2@shop api local idle 9999'),
    ],
    policy: { limits: KEEP_ONE },
    expected: { victims: [...pids(1, 5), ...pids(11, 15)], spared: { 6: 'kept', 16: 'kept' } },
  },
  {
    id: 'P+5',
    what: 'the larger program goes first, whichever of its names has more',
    sessions: [
      ...many(3, '1 app@shop puma-1 local idle 9999'),
      ...many(3, '11 app@shop puma-2 local idle 9999'),
      ...many(5, '21 app@shop web local idle 9999'),
    ],
    slots: full(11),
    policy: { relieve: need(5), limits: KEEP_ONE },
    expected: { victims: [1, 2, 11, 12, 3] },
  },
  {
    id: 'P+6',
    what: 'and is counted in the scope in need: in the database that is full, web has more',
    sessions: [
      ...many(3, '1 app@full api local idle 9999'),
      ...many(9, '11 app@other api local idle 9999'),
      ...many(4, '31 app@full web local idle 9999'),
    ],
    slots: { ...full(100), databases: [{ name: 'full', limit: 7 }] },
    policy: { relieve: { ...need(2), until: { freeSlots: 2 } }, limits: KEEP_ONE },
    expected: { victims: [31, 32], verdict: 'sufficient' },
  },
  {
    id: 'P+7',
    what: 'last ones of a program go when nothing else of it is left, the longest idle first',
    sessions: [
      ...many(3, '1 app@a api local idle 5000'),
      ...many(2, '11 app@b api local idle 9999'),
      one('21 app@c api local idle 9000'),
      one('22 app@d api local idle 4000'),
    ],
    slots: full(7),
    policy: { relieve: need(6), limits: KEEP_ONE },
    expected: { victims: [1, 2, 11, 12, 21, 3], verdict: 'sufficient', spared: { 22: 'kept' } },
  },
  {
    id: 'P+8',
    what: 'where slots are missing at the end, a role gives up the keeps that are more than it may have',
    sessions: 'abcdefgh'
      .split('')
      .flatMap((letter, at) => many(2, `${at * 10 + 1} app@shop ${letter}x local idle 9999`)),
    policy: { limits: KEEP_ONE },
    expected: {
      victims: [1, 11, 21, 31, 41, 51, 61, 71, 2, 12],
      verdict: 'partial',
      missing: 6,
      spared: { 22: ['kept', 'one of program cx, 2 sessions'], 72: 'kept' },
    },
  },
  {
    id: 'P+9',
    what: 'and gives up none where the ladder is enough',
    sessions: 'abcdefgh'
      .split('')
      .flatMap((letter, at) => many(2, `${at * 10 + 1} app@shop ${letter}x local idle 9999`)),
    slots: full(16),
    policy: { relieve: need(8), limits: KEEP_ONE },
    expected: { victims: [1, 11, 21, 31, 41, 51, 61, 71], verdict: 'sufficient', spared: { 2: 'kept' } },
  },
  {
    id: 'P+10',
    what: 'sessions without a name are one program, and not that of those whose name is a number',
    sessions: [
      ...many(3, '1 app@shop - local idle 9999'),
      ...many(3, '11 app@shop 4711 local idle 9999'),
      ...many(2, '21 app@shop 4712 local idle 9999'),
    ],
    policy: { limits: KEEP_ONE },
    expected: { victims: [11, 12, 21, 22, 1, 2], spared: { 3: 'kept', 13: 'kept' } },
  },
  {
    id: 'P+11',
    what: 'protected sessions are the keep of their program as well',
    sessions: [...many(3, '1 app@a api local idle 9999'), one('9 app@b api local idle 9999')],
    policy: { limits: KEEP_ONE, protect: { databases: ['b'] } },
    expected: { victims: [1, 2, 3], spared: { 9: ['protected', 'database'] } },
  },
];

describe('Programs', () => {
  test.each(rows(FROM_THE_LIST))('%s', (_, scenario) => check(scenario));
});

describe('Programs, in the same spirit', () => {
  test.each(rows(IN_THE_SAME_SPIRIT))('%s', (_, scenario) => check(scenario));
});
