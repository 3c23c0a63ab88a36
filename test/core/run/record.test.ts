import { expect, test } from 'vitest';
import { addConnecting } from '../../../functions/core/run/record.ts';

test('the tries of two connects add up, refusals by their kind', () => {
  const full = { sqlstate: '53300', routine: 'InitProcess' };
  const reserved = { sqlstate: '53300', routine: 'InitPostgres' };
  const starting = { sqlstate: '57P03', routine: 'ProcessStartupPacket' };
  const first = {
    attempts: 14,
    refusals: [
      { ...full, count: 12 },
      { ...reserved, count: 1 },
    ],
  };
  const later = {
    attempts: 4,
    refusals: [
      { ...starting, count: 2 },
      { ...full, count: 1 },
    ],
  };
  expect(addConnecting(first, later)).toEqual({
    attempts: 18,
    refusals: [
      { ...full, count: 13 },
      { ...reserved, count: 1 },
      { ...starting, count: 2 },
    ],
  });
  expect(addConnecting({ attempts: 0, refusals: [] }, later)).toEqual(later);
});
