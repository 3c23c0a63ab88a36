import { describe, expect, test } from 'vitest';
import { healthyMonth, leaksFrom, leaksOf, percentile, seeds } from './judge.ts';
import { NEW } from './new-rhythms.ts';
import { JUDGED } from './rhythms.ts';

/** A few servers of `npm run warnings`, whose tables are in docs/evidence/warnings.md. */

describe('On simulated servers', () => {
  test('a month without a leak has at most one false warning', () => {
    const months = [...seeds(JUDGED, 8, 70_000_000)].map(({ named, seed }) =>
      healthyMonth(named, seed, 'judged'),
    );
    const wrong = months.reduce((sum, month) => sum + month.false, 0);
    expect(wrong / months.length).toBeLessThanOrEqual(1);
  });

  test('people are told of leaks of 45 minutes and more in time', () => {
    const leaks = [...seeds(JUDGED, 8, 71_000_000)].flatMap(({ named, seed }) =>
      leaksOf(named, seed, 'judged'),
    );
    const least = (minutes: number) =>
      percentile(
        leaksFrom(leaks, minutes).map(({ lead }) => lead),
        0.05,
      );
    expect(least(45)).toBeGreaterThanOrEqual(15);
    expect(least(60)).toBeGreaterThanOrEqual(24);
  });

  test('a batch that is at no hour usual is told wrongly at most once in a month', () => {
    const later = 'a batch that begins later each day';
    const nightly = [60_000_087, 60_000_276].map((seed) => healthyMonth([later, NEW[later]], seed, 'judged'));
    for (const month of nightly) expect(month.false).toBeLessThanOrEqual(1);
  });

  test('the same seed gives the same month', () => {
    const [one] = seeds(JUDGED, 1, 72_000_000);
    if (one === undefined) throw new Error('No rhythm.');
    const month = () => healthyMonth(one.named, one.seed, 'judged');
    expect(month()).toEqual(month());
  });
});
