import { describe, expect, test } from 'vitest';
import { healthyMonth, leadsOf, PACES, percentile, seeds } from './judge.ts';
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
    const leads = [...seeds(JUDGED, 8, 71_000_000)].map(({ named, seed }) => leadsOf(named, seed, 'judged'));
    const middle = (minutes: (typeof PACES)[number]) =>
      percentile(
        leads.map((each) => each[PACES.indexOf(minutes)] ?? 0),
        0.5,
      );
    expect(middle(45)).toBeGreaterThan(15);
    expect(middle(60)).toBeGreaterThan(24);
  });

  test('the same seed gives the same month', () => {
    const [one] = seeds(JUDGED, 1, 72_000_000);
    if (one === undefined) throw new Error('No rhythm.');
    const month = () => healthyMonth(one.named, one.seed, 'judged');
    expect(month()).toEqual(month());
  });
});
