import { describe, expect, test } from 'vitest';
import { type Attention, CALM } from '../../../functions/core/fleet/attention.ts';
import { dueRuns } from '../../../functions/core/fleet/due.ts';
import type { RegisteredDatabase } from '../../../functions/core/fleet/registry-item.ts';
import { FLEET_NOW, registered } from '../../support/fleet.ts';

const MINUTE = 60_000;
const PERIOD = 5 * MINUTE;

const periodAt = (at: number) => ({ at, ms: PERIOD, now: at });

/** The minutes of the first four hours at which the database runs. */
function minutesOf(
  database: RegisteredDatabase,
  attentionAt: (ms: number) => Partial<Attention> = () => ({}),
) {
  return Array.from({ length: 48 }, (_, at) => at * 5).filter((minute) => {
    const at = FLEET_NOW + minute * MINUTE;
    const attention = new Map([[database.key, { ...CALM, ...attentionAt(at) }]]);
    return dueRuns([database], attention, periodAt(at)).length > 0;
  });
}
const gapsOf = (minutes: readonly number[]) =>
  new Set(minutes.slice(1).map((minute, at) => minute - (minutes[at] ?? 0)));
const triggered = registered({ rung: 'subscription' });

describe('A database', () => {
  test('without a log trigger runs in each period', () => {
    expect(gapsOf(minutesOf(registered()))).toEqual(new Set([5]));
  });

  test.each(['subscription', 'filter'] as const)(
    'with the trigger %s runs every 15 minutes while it is calm',
    (rung) => {
      expect(gapsOf(minutesOf(registered({ rung })))).toEqual(new Set([15]));
    },
  );

  test.each<Partial<Attention>>([{ incident: true }, { busyAt: '2026-11-29T02:55:00.000Z' }])(
    'with %j runs in each period',
    (attention) => {
      expect(gapsOf(minutesOf(triggered, () => attention))).toEqual(new Set([5]));
    },
  );

  test('that pauses is never swept', () => {
    expect(minutesOf(registered({ minimumCapacity: 0 }), () => ({ incident: true }))).toEqual([]);
    expect(minutesOf(registered({ minimumCapacity: 0.5 }))).not.toEqual([]);
  });

  test.each([
    [1, 5],
    [2, 10],
    [3, 20],
    [4, 40],
    [5, 60],
    [99, 60],
  ])('after %d failures in a row runs %d minutes after the last', (failures, minutes) => {
    const failedAt = new Date(FLEET_NOW + 7_000).toISOString();
    expect(minutesOf(registered(), () => ({ failures, failedAt }))[0]).toBe(minutes);
  });

  test.each([-4 * MINUTE, 4 * MINUTE])(
    'runs in the period after its first failure where the dispatcher has a clock that is %d ms off',
    (offMs) => {
      const failedAt = new Date(FLEET_NOW + offMs).toISOString();
      const attention = new Map([[registered().key, { ...CALM, failures: 1, failedAt }]]);
      const at = FLEET_NOW + PERIOD;
      expect(dueRuns([registered()], attention, { at, ms: PERIOD, now: at + offMs })).toHaveLength(1);
      expect(dueRuns([registered()], attention, { at, ms: PERIOD, now: at + offMs - PERIOD })).toEqual([]);
    },
  );

  test('whose failure has no time that can be read runs in each period', () => {
    expect(minutesOf(registered(), () => ({ failures: 3, failedAt: 'soon' }))).toHaveLength(48);
  });
});

describe('A cell', () => {
  const cell = (size: number, rung: RegisteredDatabase['rung'] = 'sweep') =>
    Array.from({ length: size }, (_, at) => registered({ resource: `db-${at}A`, rung }));
  const due = (size: number, at = FLEET_NOW) => dueRuns(cell(size), new Map(), periodAt(at));

  test('of 50 databases starts at once, and a larger one spreads its starts', () => {
    expect(Math.max(...due(50).map(({ afterMs }) => afterMs))).toBe(0);
    const of1000 = due(1_000).map(({ afterMs }) => afterMs);
    expect(of1000).toEqual(of1000.toSorted((one, other) => one - other));
    expect(of1000.at(-1)).toBeGreaterThan(29_000);
    expect(of1000.at(-1)).toBeLessThan(30_000);
    expect(due(10_000).at(-1)?.afterMs).toBeLessThan(40_000);
  });

  test('starts a database at the same place in each period', () => {
    expect(due(120, FLEET_NOW + PERIOD)).toEqual(due(120));
  });

  test('has about as many calm databases in each period, at places that do not depend on their turn', () => {
    const turns = [0, 1, 2].map((turn) =>
      dueRuns(cell(300, 'filter'), new Map(), periodAt(FLEET_NOW + turn * PERIOD)),
    );
    for (const turn of turns) {
      expect(turn.length).toBeGreaterThan(70);
      expect(turn.length).toBeLessThan(130);
      expect(turn.filter(({ afterMs }) => afterMs < 4_500).length).toBeGreaterThan(turn.length / 3);
    }
    expect(turns.flat()).toHaveLength(300);
  });

  test('runs calm databases at each period that is 15 minutes or longer', () => {
    const found = dueRuns(cell(9, 'filter'), new Map(), { at: FLEET_NOW, ms: 15 * MINUTE, now: FLEET_NOW });
    expect(found).toHaveLength(9);
  });
});
