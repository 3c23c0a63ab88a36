import { expect, test } from 'vitest';
import { NOTHING_REMEMBERED } from '../../../functions/core/incident/memory.ts';
import { pastWeek } from '../../../functions/core/incident/past-week.ts';

const NOW = Date.parse('2026-11-30T06:00:00.000Z');
const daysAgo = (days: number) => new Date(NOW - days * 86_400_000).toISOString();
const run = (days: number, ended: number) => {
  const about = { outcome: 'recovered', cause: null, culprit: null } as const;
  return { id: `run-${days}`, at: daysAgo(days), ...about, need: ended, ended, retaken: 0 };
};
const closed = (days: number) => ({ openedAt: daysAgo(days), lastRunAt: daysAgo(days), culprit: null });

test('A week has the incidents that were over in it and the sessions that its runs ended', () => {
  const memory = {
    ...NOTHING_REMEMBERED,
    closed: [closed(8), closed(6), closed(1)],
    runs: [run(7.1, 100), run(6.9, 20), run(0, 3)],
  };
  expect(pastWeek(memory, NOW)).toEqual({ incidents: 2, ended: 23 });
});

test('A database of which nothing is remembered had none', () => {
  expect(pastWeek(NOTHING_REMEMBERED, NOW)).toEqual({ incidents: 0, ended: 0 });
});
