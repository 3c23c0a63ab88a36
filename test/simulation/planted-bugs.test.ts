import { expect, test } from 'vitest';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { simulateCell } from './simulate-cell.ts';
import type { TroubleKind } from './troubles.ts';

const MOST_SEEDS = 50;
/** Troubles that a bug needs, where it would take hours to draw them. */
const TROUBLES: Readonly<Record<string, readonly TroubleKind[]>> = {
  'the quarantine goes by the name': ['isSwapped'],
  'filters are ours by the beginning of their name': ['untagged'],
};

async function seedThatFinds(name: string): Promise<number | null> {
  const troubles = TROUBLES[name];
  for (let seed = 1; seed <= MOST_SEEDS; seed += 1) {
    const product = PLANTED_BUGS[name]?.() ?? {};
    const given = { seed, size: 17, hours: 10, isStormy: true, product };
    const { violations } = await simulateCell({ ...given, ...(troubles !== undefined && { troubles }) });
    if (violations.length > 0) return seed;
  }
  return null;
}

test.each(Object.keys(PLANTED_BUGS))('The simulation notices when %s', async (name) => {
  expect(await seedThatFinds(name)).not.toBeNull();
});
