import { describe, expect, test } from 'vitest';
import { quietUntil } from '../../../functions/core/warning/warning-settings.ts';

const nights = { from: '22:00', to: '07:00', zone: 'Europe/Berlin' };
const until = (at: string, hours = nights) => {
  const end = quietUntil(Date.parse(at), hours);
  return end === null ? null : new Date(end).toISOString();
};

describe('Quiet hours', () => {
  test.each([
    ['2026-06-10T20:00:00Z', '2026-06-11T05:00:00.000Z'],
    ['2026-06-10T23:59:30Z', '2026-06-11T05:00:00.000Z'],
    ['2026-06-11T04:59:59Z', '2026-06-11T05:00:00.000Z'],
    ['2026-12-10T21:00:00Z', '2026-12-11T06:00:00.000Z'],
  ])('that hold at %s end at %s', (at, end) => {
    expect(until(at)).toBe(end);
  });

  test.each(['2026-06-10T19:59:59Z', '2026-06-11T05:00:00Z', '2026-12-10T20:59:00Z'])(
    'do not hold at %s',
    (at) => {
      expect(until(at)).toBeNull();
    },
  );

  test('are an hour shorter in the night in which clocks are put forward, and longer when they are put back', () => {
    expect(until('2026-03-28T22:00:00Z')).toBe('2026-03-29T05:00:00.000Z');
    expect(until('2026-10-24T22:00:00Z')).toBe('2026-10-25T06:00:00.000Z');
  });

  test('of a zone that Node does not know any more hold nothing back', () => {
    expect(until('2026-06-10T23:00:00Z', { ...nights, zone: 'Mars/Olympus' })).toBeNull();
  });

  test('that are not declared hold nothing back', () => {
    expect(quietUntil(0, null)).toBeNull();
  });
});
