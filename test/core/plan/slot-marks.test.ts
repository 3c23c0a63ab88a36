import { expect, test } from 'vitest';
import { marksOf, pressureOf } from '../../../functions/core/plan/pressure.ts';
import type { Pressure, Scope } from '../../../functions/core/server/slots.ts';
import { aPolicy, aSnapshot, someSessions, type WrittenPolicy } from '../../support/builders.ts';

const SERVER: Scope = { kind: 'server' };

const UNITS: readonly NonNullable<WrittenPolicy['relieve']>[] = [
  { when: { usedPercent: 95 }, until: { usedPercent: 80 } },
  { when: { freeSlots: 10 }, until: { freeSlots: 30 } },
];

test.each(UNITS)(
  'with %j pressure begins exactly at the mark, and is relieved exactly at the other',
  (relieve) => {
    const policy = aPolicy({ relieve });
    const at = (used: number): Pressure | undefined =>
      pressureOf(aSnapshot({ sessions: someSessions(used, 1_000) }), policy, false).at(-1);
    const { pressureFrom, relievedAt } = marksOf({ scope: SERVER, usable: 97 }, policy);
    expect(at(pressureFrom)?.under).toBe(true);
    expect(at(pressureFrom - 1)?.under).toBe(false);
    expect(pressureFrom - (at(pressureFrom)?.need ?? 0)).toBe(relievedAt);
  },
);

test('a limit is under pressure when it is reached, and half of it is asked for at most', () => {
  const policy = aPolicy({ relieve: { when: { freeSlots: 10 }, until: { freeSlots: 30 } } });
  expect(marksOf({ scope: { kind: 'role', name: 'batch' }, usable: 5 }, policy)).toEqual({
    pressureFrom: 5,
    relievedAt: 3,
  });
});
