import { expect, test } from 'vitest';
import { isHourOld } from '../../../functions/core/fleet/is-hour-old.ts';

const MINUTE = 60_000;
const AT = Date.parse('2026-11-29T03:00:00.000Z');
const since = (minutes: number) => new Date(AT - minutes * MINUTE).toISOString();

test.each([
  [55, false],
  [58.9, false],
  [59, true],
  [59.9, true],
  [60, true],
  [65, true],
])('What was done %d minutes ago is due again: %s', (minutes, isDue) => {
  expect(isHourOld(since(minutes), AT)).toBe(isDue);
});

test('A time that cannot be read is long ago, and one in the future is not', () => {
  expect([isHourOld('', AT), isHourOld('soon', AT), isHourOld(since(-5), AT)]).toEqual([true, true, false]);
});
