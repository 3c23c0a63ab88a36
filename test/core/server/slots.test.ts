import { describe, expect, test } from 'vitest';
import { capacityProblem, pressureOf, serverPressure } from '../../../functions/core/plan/pressure.ts';
import { clientSessions, usableSlots } from '../../../functions/core/server/slots.ts';
import {
  aHiddenSession,
  aPolicy,
  aSession,
  aSnapshot,
  someSessions,
  someSlots,
} from '../../support/builders.ts';
import { scopeText } from '../plan/scenario.ts';

const percent = (when: number, until: number) =>
  aPolicy({ relieve: { when: { usedPercent: when }, until: { usedPercent: until } } });
const free = (when: number, until: number) =>
  aPolicy({ relieve: { when: { freeSlots: when }, until: { freeSlots: until } } });

describe('Usable slots', () => {
  test.each([
    [{ max: 100, superuserReserved: 3 }, 97],
    [{ max: 100, superuserReserved: 3, reserved: 5, providerReserved: 2 }, 90],
    [{ max: 100, superuserReserved: 0, walSenders: 90 }, 100],
    [{ max: 5, superuserReserved: 3, reserved: 3 }, -1],
  ])('%j: %d', (slots, usable) => {
    expect(usableSlots(someSlots(slots))).toBe(usable);
  });
});

describe("The server's pressure", () => {
  const at = (used: number, policy: ReturnType<typeof aPolicy>, max = 100) => {
    const sessions = someSessions(used, 1);
    const { usable, free, under, need } = serverPressure(
      aSnapshot({ sessions, slots: { max, superuserReserved: max === 100 ? 3 : 0 } }),
      policy,
    );
    return [usable, free, under, need];
  };

  test.each([
    // usedPercent 95 of 97 is 92.15: 92 is below, 93 above.
    [92, percent(95, 80), [97, 5, false, 0]],
    [93, percent(95, 80), [97, 4, true, 16]],
    [97, percent(95, 80), [97, 0, true, 20]],
    [100, percent(95, 80), [97, -3, true, 23]],
    [96, percent(100, 99), [97, 1, false, 0]],
    [97, percent(100, 99), [97, 0, true, 1]],
    [1, percent(2, 1), [97, 96, false, 0]],
    [2, percent(2, 1), [97, 95, true, 2]],
    [87, free(10, 30), [97, 10, false, 0]],
    [88, free(10, 30), [97, 9, true, 21]],
    [100, free(10, 30), [97, -3, true, 33]],
    [0, free(97, 97), [97, 97, false, 0]],
  ] as const)('%d used', (used, policy, expected) => {
    expect(at(used, policy)).toEqual(expected);
  });

  test.each(Array.from({ length: 99 }, (_, index) => index + 2))(
    'at exactly %d percent it holds, whatever floating point says',
    (value) => {
      // 29 % of 100 and 58 % of 50 are numbers that a multiplication by 0.01 gets wrong.
      expect(at(value, percent(value, 1))[2]).toBe(value * 100 >= value * 97);
      expect(at(value * 2, percent(value, 1), 200)[2]).toBe(true);
      expect(at(value * 2 - 1, percent(value, 1), 200)[2]).toBe(false);
    },
  );

  test('counts client backends and hidden rows, without ours', () => {
    const sessions = [
      aSession({ pid: 1, user: 'fixer', application: 'pg-headroom', state: 'active' }),
      aSession({ pid: 2, user: 'fixer', application: 'pg-headroom' }),
      aSession({ pid: 3, user: 'fixer', application: 'psql' }),
      aSession({ pid: 4, user: 'app', application: 'pg-headroom' }),
      aSession({ pid: 5, state: 'active' }),
      aSession({ pid: 6, superuser: true }),
      aSession({ pid: 7, state: 'starting', user: null, database: null }),
      aHiddenSession({ pid: 8 }),
      aSession({ pid: 9, backendType: 'walsender' }),
      aSession({ pid: 10, backendType: 'parallel worker' }),
      aSession({ pid: 11, backendType: 'autovacuum launcher', user: null, state: null }),
      aSession({ pid: 12, backendType: null }),
    ];
    const snapshot = aSnapshot({ sessions, server: { ownPid: 1 } });
    expect(serverPressure(snapshot, percent(95, 80)).used).toBe(6);
    expect(clientSessions(snapshot).map(({ pid }) => pid)).toEqual([3, 4, 5, 6, 7]);
  });
});

describe('Thresholds that do not fit the server', () => {
  test.each([
    [{ max: 10, superuserReserved: 3 }, free(1, 7), null],
    [{ max: 10, superuserReserved: 3 }, free(1, 8), 'target-unreachable'],
    [{ max: 10, superuserReserved: 3 }, percent(2, 1), null],
    [{ max: 10, superuserReserved: 9 }, percent(95, 80), null],
    [{ max: 10, superuserReserved: 10 }, percent(95, 80), 'capacity-unusable'],
    [{ max: 10, superuserReserved: 12 }, free(1, 1), 'capacity-unusable'],
  ])('%j', (slots, policy, code) => {
    expect(capacityProblem(someSlots(slots), policy)?.code ?? null).toBe(code);
  });

  test('are told with both numbers', () => {
    expect(capacityProblem(someSlots({ max: 10 }), free(1, 8))?.message).toMatch(
      /\b8 free slots\b.*\b7 usable\b/,
    );
    expect(capacityProblem(someSlots({ max: 2 }), free(1, 8))?.message).toMatch(/-1 usable slots/);
  });
});

describe('The scopes', () => {
  const sessions = [
    ...someSessions(3, 1, { user: 'lim', database: 'd' }),
    ...someSessions(2, 11, { user: 'app', database: 'd' }),
    aSession({ pid: 21, user: 'lim', database: 'd', backendType: 'walsender' }),
    aSession({ pid: 22, user: 'lim', database: 'd', backendType: 'parallel worker' }),
    aHiddenSession({ pid: 23, user: 'lim', database: 'x' }),
    aSession({ pid: 24, user: 'fixer', database: 'd', application: 'pg-headroom' }),
  ];
  const slots = {
    roles: [
      { name: 'lim', limit: 4 },
      { name: 'app', limit: 3 },
      { name: 'fixer', limit: 1 },
      { name: 'gone', limit: 1 },
    ],
    databases: [
      { name: 'd', limit: 5 },
      { name: 'x', limit: 2 },
    ],
  };
  const snapshot = aSnapshot({ sessions, slots, server: { ownPid: 24 } });
  const seen = (refused: boolean) =>
    pressureOf(snapshot, free(1, 2), refused).map(({ scope, used, usable, need }) => [
      scopeText(scope),
      used,
      usable,
      need,
    ]);

  test('after a refusal are those whose limit is reached, and the server', () => {
    expect(seen(true)).toEqual([
      ['role lim', 4, 4, 2],
      ['database d', 5, 5, 2],
      ['server', 6, 97, 0],
    ]);
  });

  test('without one are the server alone', () => {
    expect(seen(false)).toEqual([['server', 6, 97, 0]]);
  });

  test.each([
    [1, 9, 1],
    [2, 9, 1],
    [3, 9, 1],
    [4, 9, 2],
    [5, 2, 2],
    [5, 1, 1],
    [100, 30, 30],
    [100, 60, 50],
  ])('a limit of %d, all used, with freeSlots %d wanted needs %d', (limit, until, need) => {
    const full = aSnapshot({
      sessions: someSessions(limit, 1, { user: 'lim' }),
      slots: { max: 1_000, roles: [{ name: 'lim', limit }] },
    });
    expect(pressureOf(full, free(1, until), true)[0]?.need).toBe(need);
  });
});
