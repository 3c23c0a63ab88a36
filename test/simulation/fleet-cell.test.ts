import { describe, expect, test } from 'vitest';
import { cellUnits } from '../core/declaration/cell-cost.ts';
import { IS_THOROUGH } from '../support/is-thorough.ts';
import type { Journal } from './journal.ts';
import { START, simulateCell } from './simulate-cell.ts';
import { HOUR, MINUTE, SECOND } from './simulated-cell.ts';

/** A cell of 1,000 databases takes 37 s of CPU, for which a busy machine may need half an hour. */
const LONG_MS = 3_600_000;

/** `npm run simulate -- fleet --seed N` plays one of them again. */
describe('A cell of which a quarter is in trouble', () => {
  test.each([2, 7])(
    'keeps all that has to hold for 48 hours, with 17 databases and seed %d',
    async (seed) => {
      const { violations, stage } = await simulateCell({ seed, size: 17, hours: 48 });
      expect(violations).toEqual([]);
      expect(stage.journal.endings.length).toBeGreaterThan(0);
    },
  );

  test.each([1, 3, 5, ...(IS_THOROUGH ? [6, 8, 9, 11] : [])])(
    'keeps it in any weather, with seed %d',
    async (seed) => {
      const { violations } = await simulateCell({ seed, size: 17, hours: 48, isStormy: true });
      expect(violations).toEqual([]);
    },
  );

  test.each([
    [1, 48, 1],
    [120, IS_THOROUGH ? 48 : 6, 3],
    [1_000, IS_THOROUGH ? 48 : 1, 1],
  ])(
    'keeps it with %d databases for %d hours and seed %d',
    async (size, hours, seed) => {
      const { violations } = await simulateCell({ seed, size, hours, isStormy: true });
      expect(violations).toEqual([]);
    },
    LONG_MS,
  );
});

describe('Databases in trouble', () => {
  test('change the starts of the others by 5 seconds at most', async () => {
    const given = { seed: 3, size: 17, hours: 12 };
    const [troubled, calm] = [await simulateCell(given), await simulateCell({ ...given, isTroubled: false })];
    const startsIn = ({ stage }: typeof calm, key: string) =>
      stage.journal.runs.filter((run) => run.key === key && run.trigger === 'sweep').map(({ at }) => at);
    // The alarm of the metric filters does not tell which of its databases refused clients, so that all of them run.
    const isApart = ({ key }: { readonly key: string }) =>
      JSON.parse(calm.stage.tables.registry.get(key)?.item ?? '{}').rung !== 'filter';
    const differences = calm.drawn.good.filter(isApart).flatMap(({ key }) => {
      const [starts, others] = [startsIn(calm, key), startsIn(troubled, key)];
      expect(others).toHaveLength(starts.length);
      return starts.map((at, index) => Math.abs(at - (others[index] ?? 0)));
    });
    expect(differences.length).toBeGreaterThan(100);
    expect(Math.max(...differences)).toBeLessThanOrEqual(5 * SECOND);
  });
});

type JournaledCall = Journal['calls'] extends Map<infer Call, number> ? Call : never;

describe('A quiet day', () => {
  test.each([1, 17, ...(IS_THOROUGH ? [120, 1_000] : [])])(
    'of %d databases calls and writes what its cost was computed from, and nothing else',
    async (size) => {
      const hub = new Map([
        ['policies/default.json', '{}'],
        ['switch.json', '{"mode":"enforce"}'],
      ]);
      let before: ReadonlyMap<string, number> = new Map();
      const { stage } = await simulateCell({
        ...{ seed: 1, size, hours: 27, isTroubled: false, hub },
        also: ({ time, journal }) => {
          // A second after the periods of its full hour.
          time.at(START + 3 * HOUR - MINUTE, () => {
            before = new Map(journal.calls);
          });
        },
      });
      const { journal, tables } = stage;
      const [since, until] = [START + 3 * HOUR - MINUTE, START + 27 * HOUR - MINUTE];
      const isIn = ({ at }: { readonly at: number }) => at >= since && at < until;
      const items = [...tables.registry].flatMap(([key, { item = '{}' }]) =>
        key.startsWith('vpc-') ? [JSON.parse(item)] : [],
      );
      const running = items.filter(({ standing }) => standing === 'runs');
      const calm = running.filter(({ rung }) => rung !== 'sweep').length / running.length;
      const units = {
        ...cellUnits({ databases: running.length, calm }),
        seen: cellUnits({ databases: items.length, calm }).seen,
      };
      const called = (call: JournaledCall) => (journal.calls.get(call) ?? 0) - (before.get(call) ?? 0);
      const month = {
        dispatches: called('dispatch describe'),
        runs: journal.runs.filter(isIn).length,
        seen: tables.written.filter(isIn).length,
        claims: called('dispatch takeClaim'),
        hubGets: called('dispatch readHub'),
        triggers: called('triggers readRegistry'),
      };
      expect(running.length).toBeGreaterThan(0);
      for (const [what, a30th] of Object.entries(month)) {
        const expected = units[what as keyof typeof units] / 30;
        expect(
          Math.abs(a30th - expected) / expected,
          `${what}: ${a30th}, by the formula ${expected}`,
        ).toBeLessThanOrEqual(0.03);
      }
      // One request reads what a run needs, and nothing is written but claims, what was last seen and the hourly rungs.
      expect(called('remediate readRun')).toBe(month.runs);
      expect(called('remediate readPolicy') + called('remediate post') + called('report readItems')).toBe(0);
      expect(called('dispatch writeDatabase')).toBe(month.seen);
      // The week that began meanwhile is remembered as summed up.
      expect(called('dispatch summarise')).toBeLessThanOrEqual(1);
      expect(called('dispatch writeCell')).toBe(called('dispatch summarise'));
    },
    LONG_MS,
  );
});
