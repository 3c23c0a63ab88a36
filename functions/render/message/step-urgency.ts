import type { Advice } from '../../core/advice/advice.ts';

/** People do not read more at night. */
const MOST_NOW = 3;

/** The steps for this moment, and those that can wait until the morning. */
export type Urgency = { readonly now: readonly Advice[]; readonly later: readonly Advice[] };

/**
 * In the order of the steps. Steps for which there is no room now can still be done later. Where none is
 * urgent, the first is what people can do now.
 */
export function urgencyOf(steps: readonly Advice[]): Urgency {
  const urgent = steps.filter(({ isNow, isUrgent }) => isNow || isUrgent);
  const now = urgent.length > 0 ? urgent : steps.slice(0, 1);
  const later = [...now.slice(MOST_NOW), ...steps.filter((step) => !now.includes(step))];
  return { now: now.slice(0, MOST_NOW), later };
}
