import { expect, test } from 'vitest';
import { clockText } from '../../functions/render/message/incident-life.ts';

test('An hour across midnight reads as an hour at noon does', () => {
  expect(clockText('2026-11-29T00:15:01.200Z', '2026-11-28T23:15:01.200Z')).toBe('00:15 UTC');
  expect(clockText('2026-11-28T23:50:00Z', '2026-11-29T00:10:00Z')).toBe('23:50 UTC');
});

test('A day away, the clock alone would be taken for today', () => {
  expect(clockText('2026-11-27T23:15:00Z', '2026-11-28T23:15:00Z')).toBe('2026-11-27 23:15:00 UTC');
  expect(clockText('no time', '2026-11-28T23:15:00Z')).toBe('no time');
});
