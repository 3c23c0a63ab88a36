import { describe, expect, test } from 'vitest';
import { check, idleFor, many, one, pids, planOf, rows, type Scenario } from './scenario.ts';

const NINETY_OF_A_HUNDRED = [
  ...many(90, '1 app@shop api 10.0.0.7 idle 9999'),
  ...many(10, '91 app@shop api 10.0.0.7 active 9999'),
];
/** Everybody may go and some slots are asked back. */
const need = (count: number) => ({ when: { freeSlots: 1 }, until: { freeSlots: count } });
const full = (max: number) => ({ max, superuserReserved: 0 });
/** B7's server: 95 usable slots, 40 eligible. */
const RESERVES = { max: 100, superuserReserved: 3, providerReserved: 2 };
const eligible = (count: number, of: number) => [
  ...many(count, '1 app@shop api 10.0.0.7 idle 9999'),
  ...many(of - count, '201 app@shop api 10.0.0.7 active 9'),
];
const SERVICES = 'abcdefghij'.split('');
const TEN_SERVICES = SERVICES.flatMap((name, index) =>
  many(9, `${index * 10 + 1} app@shop svc-${name} 10.0.0.7 idle 9999`),
);

const FROM_THE_LIST: readonly Scenario[] = [
  {
    id: 'B1',
    what: 'maxVictims cuts and is named with both numbers',
    sessions: NINETY_OF_A_HUNDRED,
    policy: { limits: { maxVictims: 20 } },
    expected: {
      victims: pids(1, 20),
      verdict: 'partial',
      missing: 79,
      limits: [{ limit: 'maxVictims', allowed: 20, wanted: 90 }],
      spared: { 21: 'limit', 90: 'limit', 91: 'state' },
    },
  },
  {
    id: 'B2',
    what: 'maxVictims 0 is none',
    sessions: NINETY_OF_A_HUNDRED,
    policy: { limits: { maxVictims: 0 } },
    expected: { victims: [], limits: [{ limit: 'maxVictims', allowed: 0, wanted: 90 }] },
  },
  {
    id: 'B2',
    what: 'maxPercent 0 is none',
    sessions: NINETY_OF_A_HUNDRED,
    policy: { limits: { maxPercent: 0 } },
    expected: { victims: [], limits: [{ limit: 'maxPercent', allowed: 0, wanted: 90 }] },
  },
  {
    id: 'B3',
    what: 'the largest group gives, longest idle first',
    sessions: [
      ...many(20, '1 app@shop web 10.0.0.7 idle 99999'),
      ...many(60, '101 app@shop leaky 10.0.0.7 idle 9999').toReversed(),
    ],
    slots: full(80),
    policy: { relieve: need(10) },
    expected: {
      victims: pids(101, 110),
      verdict: 'sufficient',
      spared: { 1: 'not-needed', 111: 'not-needed' },
    },
  },
  {
    id: 'B4',
    what: 'nearly as large a group is not touched',
    sessions: [
      ...many(28, '1 app@shop web 10.0.0.7 idle 99999'),
      ...many(30, '101 app@shop leaky 10.0.0.7 idle 9999'),
    ],
    slots: full(58),
    policy: { relieve: need(10) },
    expected: { victims: pids(101, 110), verdict: 'sufficient' },
  },
  {
    id: 'B4a',
    what: 'one group is drained to its keep before the next is touched',
    sessions: TEN_SERVICES,
    slots: full(90),
    policy: { relieve: need(10), limits: { keepPerGroup: 1 } },
    expected: {
      victims: [...pids(1, 8), ...pids(11, 12)],
      verdict: 'sufficient',
      spared: { 9: 'kept', 13: 'not-needed', 21: 'not-needed', 99: 'kept' },
    },
  },
  {
    id: 'B4b',
    what: 'the address is not part of a group',
    sessions: many(80, '1 app@shop etl-job 10.0.0.7 idle 9999', (index) => ({ address: `10.0.1.${index}` })),
    slots: full(80),
    policy: { relieve: need(30), limits: { keepPerGroup: 1 } },
    expected: { victims: pids(1, 30), verdict: 'sufficient' },
  },
  {
    id: 'B5',
    what: 'the most recently used stays',
    sessions: [
      one('1 app@shop api 10.0.0.7 idle 100'),
      one('2 app@shop api 10.0.0.7 idle 50'),
      one('3 app@shop api 10.0.0.7 idle 200'),
    ],
    policy: { limits: { keepPerGroup: 1 }, ...idleFor('10s') },
    expected: { victims: [3, 1], spared: { 2: 'kept' } },
  },
  {
    id: 'B5a',
    what: 'an active session is kept and counts',
    sessions: [...many(3, '1 app@shop api 10.0.0.7 idle 200'), one('4 app@shop api 10.0.0.7 active 1')],
    policy: { limits: { keepPerGroup: 1 }, ...idleFor('10s') },
    expected: { victims: [1, 2, 3], spared: { 4: 'state' } },
  },
  {
    id: 'B6',
    what: '82 of 97 are not yet 85 %',
    sessions: many(82, '1 app@shop api 10.0.0.7 idle 9999'),
    slots: {},
    policy: { relieve: { when: { usedPercent: 85 } } },
    expected: { victims: [], verdict: 'healthy', spared: { 1: 'not-needed' } },
  },
  {
    id: 'B6',
    what: '83 of 97 are more than 85 %',
    sessions: many(83, '1 app@shop api 10.0.0.7 idle 9999'),
    slots: {},
    policy: { relieve: { when: { usedPercent: 85 }, until: { usedPercent: 84 } } },
    expected: { victims: [1, 2], verdict: 'sufficient', needs: { server: 2 } },
  },
  {
    id: 'B7',
    what: 'the need is counted from the usable slots',
    sessions: eligible(40, 95),
    slots: RESERVES,
    policy: { relieve: need(15) },
    expected: { victims: pids(1, 15), verdict: 'sufficient', needs: { server: 15 }, missing: 0 },
  },
  {
    id: 'B7a',
    what: 'an eaten reserve is part of the need',
    sessions: eligible(40, 100),
    slots: RESERVES,
    policy: { relieve: need(15) },
    expected: { victims: pids(1, 20), verdict: 'sufficient', needs: { server: 20 }, missing: 0 },
  },
  {
    id: 'B8',
    what: 'what cannot be freed is named as missing',
    sessions: eligible(8, 95),
    slots: RESERVES,
    policy: { relieve: need(15) },
    expected: { victims: pids(1, 8), verdict: 'partial', missing: 7, limits: [] },
  },
  {
    id: 'B9',
    what: 'the next rung is used only while need remains',
    sessions: [
      ...many(20, '1 app@shop web 10.0.0.7 idle 200'),
      ...many(4, '101 app@shop api 10.0.0.7 idle 700'),
    ],
    slots: full(24),
    policy: {
      relieve: {
        ...need(10),
        ladder: [
          { state: 'idle', minAge: '600s' },
          { state: 'idle', minAge: '120s' },
        ],
      },
    },
    expected: {
      victims: [...pids(101, 104), ...pids(1, 6)],
      verdict: 'sufficient',
      rungs: { 101: 1, 102: 1, 103: 1, 104: 1, 1: 2, 2: 2, 3: 2, 4: 2, 5: 2, 6: 2 },
    },
  },
];

describe('How many and in which order', () => {
  test.each(rows(FROM_THE_LIST))('%s', (_, scenario) => check(scenario));

  test('B6: 82 used slots hold a threshold of 84 percent: the comparison is exact', () => {
    const at = (usedPercent: number) =>
      planOf({
        id: '',
        what: '',
        sessions: many(82, '1 app@shop api 10.0.0.7 idle 9999'),
        slots: {},
        policy: { relieve: { when: { usedPercent } } },
        expected: { victims: [] },
      }).verdict;
    expect([at(84), at(85)]).toEqual(['sufficient', 'healthy']);
  });
});
