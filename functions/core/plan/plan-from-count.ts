import type { Policy } from '../policy/policy.ts';
import type { Slots } from '../server/snapshot.ts';
import type { Plan } from './plan.ts';
import { capacityProblem, serverPressureOf } from './pressure.ts';

/** How many slots are taken, without ours and without the sessions that took them. */
export type SlotCount = { readonly slots: Slots; readonly used: number };

/**
 * The plan for a server without pressure, made from the count alone. Null when the sessions have to be read
 * first.
 */
export function planFromCount({ slots, used }: SlotCount, policy: Policy): Plan | null {
  const server = serverPressureOf(slots, used, policy);
  if (server.under || policy.reap !== null || capacityProblem(slots, policy) !== null) return null;
  return {
    verdict: 'healthy',
    pressure: [server],
    victims: [],
    spared: [],
    limits: [],
    missing: 0,
    problem: null,
  };
}
