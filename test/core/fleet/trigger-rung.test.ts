import { describe, expect, test } from 'vitest';
import { isOwnSubscription, OWN_FILTER, rungPlan } from '../../../functions/core/fleet/trigger-rung.ts';

const INTAKE = 'arn of intake';
const own = { name: OWN_FILTER, destination: INTAKE };

describe('A filter is ours', () => {
  test.each([`${OWN_FILTER}-2`, 'pg-headroom', `x${OWN_FILTER}`, OWN_FILTER.toUpperCase()])(
    'by its whole name, so that %s is another one',
    (name) => {
      const other = { name, destination: INTAKE };
      expect(isOwnSubscription([other], INTAKE)).toBe(false);
      expect(rungPlan([other], INTAKE, true)).toMatchObject({ rung: 'subscription', put: true });
      expect(rungPlan([other], INTAKE, false)).toMatchObject({ rung: 'filter', put: false });
    },
  );

  test('if it leads to us', () => {
    expect(isOwnSubscription([own], INTAKE)).toBe(true);
    expect(isOwnSubscription([{ ...own, destination: 'elsewhere' }], INTAKE)).toBe(false);
    expect(rungPlan([own], INTAKE, false)).toEqual({ rung: 'subscription', why: null, put: false });
  });
});
