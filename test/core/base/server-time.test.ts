import { expect, test } from 'vitest';
import { serverTimeMs } from '../../../functions/core/base/server-time.ts';

test.each([
  ['2026-11-21 03:15:43.123456+00', Date.UTC(2026, 10, 21, 3, 15, 43, 123)],
  ['2026-11-21 03:15:43+00', Date.UTC(2026, 10, 21, 3, 15, 43)],
  ['2026-11-21T03:15:43.5Z', Date.UTC(2026, 10, 21, 3, 15, 43, 500)],
  ['2026-11-21 03:15:43+00:00', Date.UTC(2026, 10, 21, 3, 15, 43)],
])('%s is a time', (text, ms) => {
  expect(serverTimeMs(text)).toBe(ms);
});

test.each([
  null,
  '',
  'now',
  '2026-11-21',
  '2026-13-41 03:15:43+00',
  '2026-11-21 03:15:43+02',
  '21.11.2026 03:15:43',
])('%j is none, for all times of a session are in UTC and ISO', (text) => {
  expect(serverTimeMs(text)).toBeNull();
});
