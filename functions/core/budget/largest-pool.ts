import type { Budget, BudgetLine } from './budget.ts';
import { fits } from './worst-case.ts';

/** No pool is larger. */
const MOST_POOL = 1_000_000;

/**
 * The largest pool of one line with which everything fits while the other lines stay as they are. Null if even a pool of one
 * connection does not fit, `any` if the size of this pool breaks no limit.
 */
export function largestPool(budget: Budget, line: BudgetLine): number | 'any' | null {
  const fitsWith = (pool: number) => fits(withPool(budget, line, pool));
  if (!fitsWith(1)) return null;
  if (fitsWith(MOST_POOL)) return 'any';
  // `fitting` fits and `tooLarge` does not. A larger pool never asks for fewer slots.
  let [fitting, tooLarge] = [1, MOST_POOL];
  while (tooLarge - fitting > 1) {
    const middle = Math.floor((fitting + tooLarge) / 2);
    if (fitsWith(middle)) fitting = middle;
    else tooLarge = middle;
  }
  return fitting;
}

function withPool({ servers, lines }: Budget, { name }: BudgetLine, pool: number): Budget {
  return { servers, lines: lines.map((line) => (line.name === name ? { ...line, pool } : line)) };
}
