import { expect, test } from 'vitest';
import { ageRange, ageText, listText } from '../../functions/render/base/phrases.ts';
import { severityOf } from '../../functions/render/base/severity.ts';

test.each([
  [0, '0s'],
  [999, '0s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [61_000, '1m 1s'],
  [3_600_000, '1h'],
  [7_860_000, '2h 11m'],
  [86_400_000 * 3 + 1, '3d'],
])('%i ms reads %s', (ms, text) => expect(ageText(ms)).toBe(text));

test('ages that read alike are one', () => {
  expect(ageRange([60_000, 60_100])).toBe('1m');
  expect(ageRange([3_600_000, 60_000])).toBe('1m to 1h');
  expect(ageRange([])).toBe('unknown age');
});

test('lists count what they leave out', () => {
  expect(listText(['a'])).toBe('a');
  expect(listText(['a', 'b', 'c'])).toBe('a, b and c');
  expect(listText(['a', 'b', 'c', 'd', 'e'], 2)).toBe('a, b and 3 more');
});

test('a run that only observes has relieved nothing', () => {
  expect(severityOf('recovered', 'enforce')).toBe('warning');
  expect(severityOf('recovered', 'observe')).toBe('critical');
});
