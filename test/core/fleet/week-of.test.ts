import { expect, test } from 'vitest';
import { weekOf } from '../../../functions/core/fleet/week-of.ts';

test.each([
  ['2026-11-30T06:00:00.000Z', '2026-11-30T06:00:00.000Z'],
  ['2026-11-30T05:59:59.999Z', '2026-11-23T06:00:00.000Z'],
  ['2026-12-07T05:59:59.999Z', '2026-11-30T06:00:00.000Z'],
  ['1970-01-01T00:00:00.000Z', '1969-12-29T06:00:00.000Z'],
])('The week of %s began at %s, a Monday', (at, week) => {
  expect(weekOf(Date.parse(at))).toBe(week);
  expect(new Date(week).getUTCDay()).toBe(1);
});
