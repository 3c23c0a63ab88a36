import type { Problem } from '../base/errors.ts';
import type { Misconfiguration } from '../doctor/misconfigurations.ts';
import type { Plan } from '../plan/plan.ts';
import type { Mode, Policy } from '../policy/policy.ts';
import type { Snapshot } from '../server/snapshot.ts';
import type { Trigger } from '../trigger/trigger.ts';
import type { LockSight } from './lock-sight.ts';
import type { Outcome } from './outcome.ts';
import type { Recall } from './pause.ts';
import type { Reading } from './reading.ts';
import type { Attempt } from './verification.ts';

/** How getting in went. `refusals` are answers of the server, by SQLSTATE and routine. */
export type Connecting = {
  readonly attempts: number;
  /** Our end of the tries that came to nothing, as we see it: the server names it in its log. Absent where there was none. */
  readonly address?: string | undefined;
  readonly refusals: readonly {
    readonly sqlstate: string;
    readonly routine: string;
    readonly count: number;
  }[];
};

/** The tries of both. */
export function addConnecting(first: Connecting, later: Connecting): Connecting {
  const alike = Map.groupBy(
    [...first.refusals, ...later.refusals],
    ({ sqlstate, routine }) => `${sqlstate} ${routine}`,
  );
  const refusals = [...alike.values()].flatMap((those) => {
    const count = those.reduce((sum, each) => sum + each.count, 0);
    return those[0] ? [{ ...those[0], count }] : [];
  });
  const attempts = first.attempts + later.attempts;
  const address = first.address ?? later.address;
  return address === undefined ? { attempts, refusals } : { attempts, address, refusals };
}

/** Milliseconds since the run's start at which a step was done; null for steps that were not reached. */
export type Timings = {
  readonly connected: number | null;
  readonly locked: number | null;
  readonly snapshot: number | null;
  readonly planned: number | null;
  readonly terminated: number | null;
  readonly verified: number | null;
  readonly settled: number | null;
  readonly finished: number;
};

/**
 * Which code ran, by version and commit, and the SHA-256 of the policy that it ran by: whoever changes either is seen to have
 * done so. Absent in records from before.
 */
export type RunIdentity = { readonly code?: string | undefined; readonly policyHash?: string | undefined };

/** Everything about one run, as it travels from `remediate` to `report`. */
export type RunRecord = RunIdentity & {
  readonly version: 1;
  readonly runId: string;
  readonly server: string;
  /** In which it acted: the policy's, or `observe` where a scheduled run could not know whether it is paused. */
  readonly mode: Mode;
  readonly trigger: Trigger;
  readonly policy: Policy;
  /** ISO 8601, our clock. */
  readonly startedAt: string;
  readonly outcome: Outcome;
  /** Why there was nothing to do, for `muted` and `stale`; else null. */
  readonly why: string | null;
  /** What stood in the way, for outcomes that need a reason. */
  readonly problem: Problem | null;
  /** Null where the run has no memory, or ended before it asked. */
  readonly recall: Recall | null;
  readonly connecting: Connecting;
  /** Who else held a lock like ours, as this run last saw it; null where nobody did, or it did not look. */
  readonly lock: LockSight | null;
  readonly snapshot: Snapshot | null;
  readonly plan: Plan | null;
  readonly attempts: readonly Attempt[];
  readonly readings: readonly Reading[];
  /** What the cheap checks after a quiet scheduled run found; null where they were not made. */
  readonly misconfigurations: readonly Misconfiguration[] | null;
  readonly timings: Timings;
};

/**
 * What may have to be left out of a record to keep it within its size, in this order. Pid and start of each victim and what
 * came of each attempt never are.
 * - `statements`: of spared sessions all, of victims what goes beyond 20,000 bytes together.
 * - `details`: of spared sessions times and waits. `pooler`: its clients and sessions. `locks`: who waits for whom.
 * - `spared sessions`: all sessions but victims, and newcomers.
 * - `victims' details`: the same of victims, with their statements. `limits`: those with less need than 20 others.
 * - `long texts`: of the event and of what went wrong. `names`: those that fewer sessions have than others.
 */
export const REDUCTION_NAMES = [
  'statements',
  'details',
  'pooler',
  'locks',
  'spared sessions',
  "victims' details",
  'limits',
  'long texts',
  'names',
] as const;
export type Reduction = (typeof REDUCTION_NAMES)[number];
