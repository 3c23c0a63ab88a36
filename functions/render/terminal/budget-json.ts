import type { BudgetVerdict } from '../../core/budget/judge-budget.ts';

/** A judged budget for programs. */
export function budgetDocument(
  { fits, limits, lines, peaks, unnamed }: BudgetVerdict,
  leftOut: readonly string[],
): Readonly<Record<string, unknown>> {
  const seen = peaks.map(({ server, at, used, usable }) => ({ server, at, used, usable }));
  return { fits, limits, lines, seen, unnamed, leftOut };
}
