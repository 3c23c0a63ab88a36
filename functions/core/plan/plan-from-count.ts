import type { Policy } from '../policy/policy.ts';
import type { Slots } from '../server/snapshot.ts';
import type { Plan } from './plan.ts';
import { capacityProblem, serverPressureOf } from './pressure.ts';

/** How many slots are taken, ours apart, without knowing by whom. */
export type SlotCount = { readonly slots: Slots; readonly used: number };

/** The plan for a server without pressure, by a count alone; null where it takes a look at the sessions to tell. */
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
