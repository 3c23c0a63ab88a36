import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { total } from '../../../functions/core/declaration/monthly-cost.ts';
import { tableText } from '../../docs/table-text.ts';
import { withTable } from '../../docs/with-table.ts';
import { type CellOfFleet, cellCost } from './cell-cost.ts';

const DOCUMENT = new URL('../../../docs/guide/fleet.md', import.meta.url);
/** `UPDATE_GOLDEN=1 npx vitest run test/core/declaration/cell-cost.test.ts` writes the table anew. */
const REWRITE = process.env.UPDATE_GOLDEN === '1';

/**
 * A warm run takes 12 to 19 ms of a whole CPU in the tests' Lambda, so some 60 ms with a share of one. A server that is not near
 * takes longer. `test/doors/fleet-quiet-run.test.ts` bounds the bytes.
 */
const QUIET: Omit<CellOfFleet, 'databases'> = { calm: 0, memoryMb: 512, runMs: 300, logBytes: 250 };
const SIZES = [1, 5, 17, 100, 1_000];
const costOf = (databases: number, more: Partial<CellOfFleet> = {}) =>
  cellCost({ ...QUIET, databases, ...more });

function costTable(): string {
  const costs = SIZES.map((databases) => costOf(databases));
  const sums = (more: Partial<CellOfFleet>) => SIZES.map((databases) => total(costOf(databases, more)));
  const components = Object.keys(costs[0] ?? {}) as (keyof ReturnType<typeof cellCost>)[];
  const dollars = (values: readonly number[]) => values.map((value) => value.toFixed(2));
  return tableText([
    ['$ a month for a cell of', ...SIZES.map((size) => size.toLocaleString('en-US'))],
    ...components.map((component) => [component, ...dollars(costs.map((cost) => cost[component]))]),
    ['**together**', ...dollars(sums({})).map((sum) => `**${sum}**`)],
    ['a database', ...SIZES.map((size, at) => ((sums({})[at] ?? 0) / size).toFixed(3))],
    ['together, four of five calm', ...dollars(sums({ calm: 0.8 }))],
    ['together, with 1,024 MB', ...dollars(sums({ memoryMb: 1_024 }))],
  ]);
}

test('The document has the cost of cells as the formula has it', () => {
  const expected = withTable(readFileSync(DOCUMENT, 'utf8'), 'cell cost', costTable());
  if (REWRITE) writeFileSync(DOCUMENT, expected);
  expect(readFileSync(DOCUMENT, 'utf8')).toBe(expected);
});

test('A cell of 17 databases costs at most $1.19 a month, all of them swept each five minutes', () => {
  expect(total(costOf(17))).toBeLessThanOrEqual(1.19);
});

describe('The cost', () => {
  test('of calm databases is a third in what their runs take', () => {
    expect(costOf(17, { calm: 1 }).runs).toBeCloseTo(costOf(17).runs / 3, 10);
  });

  test('of metric and alarms is the same for any number of databases', () => {
    expect(costOf(1)['metric and alarms']).toBe(costOf(1_000)['metric and alarms']);
  });

  test('of a summary each week is less than a cent, for any cell', () => {
    for (const databases of SIZES) {
      expect(costOf(databases)['summary for the digest']).toBeGreaterThan(0);
      expect(costOf(databases)['summary for the digest']).toBeLessThan(0.01);
    }
  });

  test('of a quiet run by hand: 8,640 runs of 0.15 GB-seconds', () => {
    expect(costOf(1).runs).toBeCloseTo(8_640 * (0.2e-6 + 0.15 * 0.000_013_333_4), 10);
  });

  test('of everything is never less for more databases', () => {
    for (const [at, databases] of SIZES.entries())
      for (const larger of SIZES.slice(at))
        expect(total(costOf(larger))).toBeGreaterThanOrEqual(total(costOf(databases)));
  });
});
