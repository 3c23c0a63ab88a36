import { describe, expect, test } from 'vitest';
import { simulateCell } from './simulate-cell.ts';
import { HOUR, MINUTE, SECOND } from './simulated-cell.ts';

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

  test.each([1, 3, 5, 6, 8, 9, 10, 12])('keeps it in any weather, with seed %d', async (seed) => {
    const { violations } = await simulateCell({ seed, size: 17, hours: 48, isStormy: true });
    expect(violations).toEqual([]);
  });

  test.each([
    [1, 1],
    [120, 3],
  ])('keeps it with %d databases and seed %d', async (size, seed) => {
    const { violations } = await simulateCell({ seed, size, hours: 48, isStormy: true });
    expect(violations).toEqual([]);
  });
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

describe('A quiet day', () => {
  test('writes nothing but when a database was last seen, and calls what its cost was computed from', async () => {
    const { stage } = await simulateCell({ seed: 1, size: 17, hours: 48, isTroubled: false });
    const { journal, tables, time } = stage;
    const since = time.now() - 24 * HOUR;
    const items = [...tables.registry.keys()].filter((key) => key.startsWith('vpc-')).length;
    const written = tables.written.filter(({ at }) => at >= since).length;
    // At most hourly: a period that looks a little earlier in its hour leaves it to the next one.
    expect(written).toBeLessThanOrEqual(items * 24);
    expect(written).toBeGreaterThanOrEqual(items * 22);
    const runs = journal.runs.filter(({ at }) => at >= since).length;
    const running = [...tables.registry.values()].map(({ item = '{}' }) => JSON.parse(item));
    const perDay = running
      .filter(({ standing }) => standing === 'runs')
      .reduce((sum, { rung }) => sum + (24 * 60) / (rung === 'sweep' ? 5 : 15), 0);
    expect(Math.abs(runs - perDay)).toBeLessThanOrEqual(perDay * 0.03);
    expect(journal.calls.get('report readItems')).toBeUndefined();
    expect(journal.calls.get('dispatch takeClaim')).toBe(((time.now() - since) / (5 * MINUTE)) * 2);
  });
});
