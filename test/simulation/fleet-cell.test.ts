import { describe, expect, test } from 'vitest';
import { simulateCell } from './simulate-cell.ts';

/** `npm run simulate -- fleet --seed N` plays one of them again. */
const SEEDS = [1, 2, 4, 6, 7, 8];

describe('A cell of 17 databases, of which a quarter are in trouble', () => {
  test.each(SEEDS)('keeps all that has to hold for 48 hours, with seed %d', async (seed) => {
    const { violations, stage } = await simulateCell({ seed, size: 17, hours: 48 });
    expect(violations).toEqual([]);
    expect(stage.journal.endings.length).toBeGreaterThan(0);
  });
});
