import { expect, test } from 'vitest';
import { lawfulEndings } from './invariants-of-endings.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';
import type { Product } from './product.ts';
import { type SimulationGiven, START, simulateCell } from './simulate-cell.ts';
import { HOUR } from './simulated-cell.ts';
import { SWAP_START, swappedCell } from './swapped-cell.ts';
import { share } from './weather.ts';

const MOST_SEEDS = 50;
/** What a bug needs, where it would take hours to draw it. */
const GIVEN: Readonly<Record<string, Pick<SimulationGiven, 'troubles' | 'weather'>>> = {
  'filters are ours by the beginning of their name': { troubles: ['untagged'] },
  'what is corrupt counts as what was there before': { troubles: ['leak'] },
  'what a batch leaves unread counts as missing': {
    troubles: ['isPaused', 'cellIsPaused'],
    weather: { leavesUnread: (key, at, tries) => tries < 3 && share(1, 'unread', key, at) < 0.3 },
  },
  'databases that pause are swept': { troubles: ['pauses'] },
  'a cell needs no proof': { troubles: ['leak'] },
  'slots are known for ever': { troubles: ['isResized'] },
};
/** A quarantine lasts a day, so it is noticed only in a life that is longer. */
const { 'the quarantine goes by the name': quarantineByName, ...OF_ONE_DAY } = PLANTED_BUGS;

/** The days without a bug that the bugs are planted in. */
const LIFE = { size: 17, hours: 10, isStormy: true, endsEarly: true } as const;

async function seedThatFinds(name: string): Promise<number | null> {
  for (let seed = 1; seed <= MOST_SEEDS; seed += 1) {
    const product = PLANTED_BUGS[name]?.() ?? {};
    const { violations } = await simulateCell({ ...LIFE, seed, product, ...GIVEN[name] });
    if (violations.length > 0) return seed;
  }
  return null;
}

test.each(Object.keys(OF_ONE_DAY))('The simulation notices when %s', async (name) => {
  expect(await seedThatFinds(name)).not.toBeNull();
});

test.each([1, 2, 3])('Without a planted bug nothing is broken in any hour, with seed %d', async (seed) => {
  const { violations, stage } = await simulateCell({ ...LIFE, seed });
  expect(violations).toEqual([]);
  expect(stage.time.now()).toBe(START + LIFE.hours * HOUR);
});

/** The name is known for more than a day when its green copy, in its first day, takes it. */
const swappedOnTheSecondDay = async (product?: Partial<Product>) =>
  lawfulEndings(
    await swappedCell({
      restoredAt: SWAP_START + 25 * HOUR,
      swappedAt: SWAP_START + 26 * HOUR,
      until: SWAP_START + 30 * HOUR,
      ...(product && { product }),
    }),
  );

test('The simulation notices when the quarantine goes by the name, and nothing without that bug', async () => {
  expect(await swappedOnTheSecondDay(quarantineByName?.())).toContainEqual(
    expect.stringMatching(/^sessions of \S+#db-GREEN ended in quarantine at /),
  );
  expect(await swappedOnTheSecondDay()).toEqual([]);
});
