import { fleetMode } from '../core/fleet/fleet-mode.ts';
import { policyInForce } from '../core/fleet/policy-in-force.ts';
import type { RegisteredDatabase } from '../core/fleet/registry-item.ts';
import { DEFAULT_POLICY } from '../core/fleet/run-event.ts';
import type { Cell } from './cell-of.ts';

/** The databases that runs may reach now. Pauses do not count: a paused database is watched. */
export function runningIn(
  databases: readonly RegisteredDatabase[],
  { policies, people, organisation }: Pick<Cell, 'policies' | 'people' | 'organisation'>,
  now: number,
): readonly RegisteredDatabase[] {
  return databases.filter((database) => {
    const copy = policies.get(database.policy ?? DEFAULT_POLICY) ?? null;
    const { mode: policyMode, problem: policyProblem } = policyInForce(database.policy, copy);
    const facts = {
      database,
      policyMode,
      policyProblem,
      organisation,
      cell: people,
      // A cell without a proof is watched too.
      proof: null,
      blindSince: null,
      pause: null,
      now,
    };
    return fleetMode(facts).mode !== 'off';
  });
}
