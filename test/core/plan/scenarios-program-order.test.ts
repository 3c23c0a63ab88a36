import { describe, test } from 'vitest';
import { check, many, one, rows, type Scenario } from './scenario.ts';

const full = (max: number) => ({ max, superuserReserved: 0 });
const need = (slots: number) => ({ when: { freeSlots: 1 }, until: { freeSlots: slots } });
const KEEP_ONE = { keepPerGroup: 1 };

/** Each stands for mutants of the order that the other scenarios let pass. */
const ORDER: readonly Scenario[] = [
  {
    id: 'P+12',
    what: 'the largest application and database goes first, however long others rest; equal ones by name',
    sessions: [
      ...many(2, '1 app@shop svc-00 local idle 99999'),
      ...many(4, '31 app@shop svc-02 local idle 9999'),
      ...many(4, '21 app@bank svc-02 local idle 9000'),
      ...many(4, '41 app@shop svc-01 local idle 8000'),
    ],
    slots: full(14),
    policy: { relieve: need(8), limits: KEEP_ONE },
    expected: {
      victims: [41, 42, 43, 21, 22, 23, 31, 32],
      verdict: 'sufficient',
      spared: { 1: 'not-needed' },
    },
  },
  {
    id: 'P+13',
    what: 'of the keep of a program the session of an earlier rung is given up first',
    sessions: 'abcd'
      .split('')
      .flatMap((letter, at) => [
        one(`${at * 10 + 1} app@shop ${letter}x local idle 400`),
        one(`${at * 10 + 2} app@shop ${letter}x local idle 9999`),
      ]),
    policy: {
      relieve: {
        ladder: [
          { state: 'idle', minAge: '1h' },
          { state: 'idle', minAge: '5m' },
        ],
      },
      limits: { keepPerGroup: 2 },
    },
    expected: {
      victims: [2],
      verdict: 'partial',
      missing: 7,
      spared: { 1: ['kept', '2 of program ax, 2 sessions'] },
    },
  },
  {
    id: 'P+14',
    what: 'what a program of the role could give elsewhere is no part of what the role keeps',
    sessions: [
      ...'abcdefgh'
        .split('')
        .flatMap((letter, at) => many(2, `${at * 10 + 1} app@d ${letter}x local idle 9999`)),
      ...many(10, '101 app@other big local idle 9999'),
      ...many(8, '201 web@d web local active 1'),
    ],
    slots: { ...full(100), databases: [{ name: 'd', limit: 24 }] },
    policy: { relieve: need(12), limits: KEEP_ONE },
    expected: {
      victims: [1, 11, 21, 31, 41, 51, 61, 71, 2, 12, 22],
      verdict: 'partial',
      missing: 1,
      spared: { 32: 'kept', 101: 'not-needed' },
    },
  },
  {
    id: 'P+15',
    what: 'of a program that could give one session elsewhere the other one is its keep',
    sessions: [
      ...'abcd'.split('').flatMap((letter, at) => many(2, `${at * 10 + 1} app@d ${letter}x local idle 9999`)),
      ...many(2, '101 app@other px local idle 9999'),
      ...many(2, '111 app@other qx local idle 9999'),
      ...many(8, '201 web@d web local active 1'),
    ],
    slots: { ...full(100), databases: [{ name: 'd', limit: 16 }] },
    policy: { relieve: need(8), limits: KEEP_ONE },
    expected: { victims: [1, 11, 21, 31], verdict: 'partial', missing: 4, spared: { 2: 'kept' } },
  },
];

describe('The order inside a program', () => {
  test.each(rows(ORDER))('%s', (_, scenario) => check(scenario));
});
