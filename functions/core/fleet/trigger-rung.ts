import type { TriggerRung } from './registry-item.ts';

/** The name of our filters. On a log group nothing else is ours. */
export const OWN_FILTER = 'pg-headroom-fleet';

/** A subscription of a log group. A group has room for two. */
export type LogSubscription = { readonly name: string; readonly destination: string };

/** What is wanted of a log group. */
export type RungPlan = {
  readonly rung: TriggerRung;
  readonly why: string | null;
  /** Whether our subscription has to be put. */
  readonly put: boolean;
};

const SLOTS = 2;

/**
 * The first trigger that is free: a subscription if it leaves the other slot free as well, and the last slot only where
 * that is declared; else a metric filter. What others put is never touched, even under our name.
 */
export function rungPlan(
  found: readonly LogSubscription[],
  destination: string,
  mayTakeLast: boolean,
): RungPlan {
  const named = found.find(({ name }) => name === OWN_FILTER);
  if (named !== undefined && named.destination !== destination)
    return { ...NOTHING, why: `the subscription ${OWN_FILTER} leads to ${named.destination}` };
  if (named !== undefined) return { rung: 'subscription', why: null, put: false };
  const free = SLOTS - found.length;
  if (free >= 2 || (free === 1 && mayTakeLast)) return { rung: 'subscription', why: null, put: true };
  const taken = found.map(({ name }) => name).join(', ');
  return { ...NOTHING, why: `${found.length} of ${SLOTS} subscriptions are taken (${taken})` };
}

const NOTHING = { rung: 'filter', put: false } as const;

/** Whether the subscription of a log group that is not wanted any more is ours to remove. */
export function isOwnSubscription(found: readonly LogSubscription[], destination: string): boolean {
  return found.some((each) => each.name === OWN_FILTER && each.destination === destination);
}
