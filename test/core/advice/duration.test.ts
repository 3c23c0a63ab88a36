import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { durationValue, tidySeconds } from '../../../functions/core/advice/duration.ts';

describe('a duration that is advised', () => {
  test.each([
    [47 * 60_000, 1_800, '30min'],
    [3_600_000, 3_600, '1h'],
    [95_000, 60, '1min'],
    [29_000, 20, '20s'],
    [0, 10, '10s'],
    [1e12, 28_800, '8h'],
  ])('for %d ms is %d s, written %s', (ms, seconds, value) => {
    expect(tidySeconds(ms, 10, 28_800)).toBe(seconds);
    expect(durationValue(seconds)).toBe(value);
  });

  test('is never longer than what it is for, within its bounds', () => {
    const bounds = fc.constantFrom([10, 900], [30, 300], [60, 28_800]);
    fc.assert(
      fc.property(fc.nat(1e9), bounds, (ms, [least = 0, most = 0]) => {
        const seconds = tidySeconds(ms, least, most);
        expect(seconds).toBeGreaterThanOrEqual(least);
        expect(seconds).toBeLessThanOrEqual(Math.max(least, Math.min(most, ms / 1_000)));
      }),
    );
  });
});
