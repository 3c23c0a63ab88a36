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

  test.each([
    ['America/New_York', '02:15', '2026-03-08T04:00:00Z', '2026-03-08T07:00:00.000Z'],
    ['America/New_York', '02:15', '2026-03-08T06:45:00Z', '2026-03-08T07:00:00.000Z'],
    ['Europe/Berlin', '02:00', '2026-03-28T22:00:00Z', '2026-03-29T01:00:00.000Z'],
    ['Australia/Lord_Howe', '02:15', '2026-10-03T13:00:00Z', '2026-10-03T15:30:00.000Z'],
    ['Asia/Kathmandu', '02:15', '2026-03-08T18:00:00Z', '2026-03-08T20:30:00.000Z'],
  ])('of %s are over when the clocks are put forward past %s', (zone, to, at, end) => {
    expect(until(at, { from: '22:00', to, zone })).toBe(end);
  });

  test('of a zone that Node does not know any more hold nothing back', () => {
    expect(until('2026-06-10T23:00:00Z', { ...nights, zone: 'Mars/Olympus' })).toBeNull();
  });

  test('that are not declared hold nothing back', () => {
    expect(quietUntil(0, null)).toBeNull();
  });
});
