import { describe, expect, test } from 'vitest';
import type { Obstacle } from '../../functions/postgres/connection/connect-problem.ts';
import { stormSigns } from '../../functions/postgres/connection/storm-signs.ts';

describe('A storm', () => {
  /** Tries by their times, each with its obstacle, or null while it is under way. */
  function seen(tries: readonly (readonly [from: number, to: number, obstacle: Obstacle | null])[]): boolean {
    let clock = 0;
    const signs = stormSigns(() => clock);
    const moments = tries.flatMap(([from, to, obstacle]) => {
      let end: ReturnType<typeof signs.begin> | null = null;
      const begin = () => {
        end = signs.begin();
      };
      return [
        { at: from, run: begin },
        ...(obstacle === null ? [] : [{ at: to, run: () => end?.(obstacle) }]),
      ];
    });
    for (const { at, run } of moments.toSorted((a, b) => a.at - b.at)) {
      clock = at;
      run();
    }
    return signs.isStormed();
  }

  test('is seen when more tries find no slot than too few, and at least one of each', () => {
    expect(
      seen([
        [0, 10, 'all'],
        [40, 50, 'all'],
        [200, 210, 'reserved-left'],
      ]),
    ).toBe(true);
    expect(
      seen([
        [0, 10, 'all'],
        [40, 50, 'all'],
      ]),
    ).toBe(false);
    expect(
      seen([
        [0, 10, 'all'],
        [200, 210, 'reserved-left'],
      ]),
    ).toBe(false);
  });

  test('is not seen in tries of ours that find the last slot with another one of ours', () => {
    expect(
      seen([
        [0, 90, 'reserved-left'],
        [10, 40, 'all'],
        [20, 50, 'all'],
        [50, 80, 'all'],
        [100, 130, 'all'],
      ]),
    ).toBe(false);
    expect(
      seen([
        [0, 90, null],
        [10, 40, 'all'],
        [20, 50, 'all'],
        [200, 210, 'reserved-left'],
      ]),
    ).toBe(false);
  });
});
