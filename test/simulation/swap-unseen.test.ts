import { expect, test } from 'vitest';
import { lawfulEndings } from './invariants-of-endings.ts';
import { HOUR, MINUTE } from './simulated-cell.ts';
import { SWAP_START, swappedCell } from './swapped-cell.ts';

const SWAPPED = SWAP_START + 3 * HOUR;

/** The API is away from so many minutes after the swap on. */
const swapWithApiAway = (from: number, until: number) =>
  swappedCell({
    restoredAt: SWAP_START + 2 * HOUR,
    swappedAt: SWAPPED,
    until: SWAP_START + 10 * HOUR,
    isAway: (what, at) => what === 'api' && at >= SWAPPED + from * MINUTE && at < SWAPPED + until * MINUTE,
  });

test.each([
  ['from just before', -1, 180],
  ['from just after', 1, 180],
  ['from one period before', -6, 180],
  ['for a single period', -1, 3],
  ['never', 0, 0],
])(
  'A swap to a database in its first day ends no session there, with the API away %s',
  async (_when, from, until) => {
    const stage = await swapWithApiAway(from, until);
    expect(lawfulEndings(stage)).toEqual([]);
    const ended = stage.journal.endings.filter(({ endedOn }) => endedOn.endsWith('db-OTHER'));
    // Other databases are relieved before the API is away, and again when it is back.
    expect(ended.some(({ at }) => at < SWAPPED)).toBe(true);
    expect(ended.some(({ at }) => at > SWAPPED + until * MINUTE)).toBe(true);
  },
);
