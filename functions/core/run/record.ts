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

/** How connecting went. `refusals` are the server's answers, by SQLSTATE and routine. */
export type Connecting = {
  readonly attempts: number;
  /**
   * Our address in the failed tries, as we see it. The server has it in its log. Absent when no try failed.
   */
  readonly address?: string | undefined;
  readonly refusals: readonly {
    readonly sqlstate: string;
    readonly routine: string;
    readonly count: number;
  }[];
};

/** The tries of both counts together. */
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

/**
 * When each step was done, in milliseconds since the start of the run. Null for steps that were not reached.
 */
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
 * Which code ran (version and commit), and the SHA-256 of its policy, so that a change of either shows.
 * Absent in older records.
 */
export type RunIdentity = { readonly code?: string | undefined; readonly policyHash?: string | undefined };

/** Everything about one run, as `remediate` sends it to `report`. */
export type RunRecord = RunIdentity & {
  readonly version: 1;
  readonly runId: string;
  readonly server: string;
  /**
   * The mode in which the run acted: the policy's, or `observe` when a scheduled run could not know whether
   * runs are paused.
   */
  readonly mode: Mode;
  readonly trigger: Trigger;
  readonly policy: Policy;
  /** ISO 8601, by our clock. */
  readonly startedAt: string;
  readonly outcome: Outcome;
  /** Why there was nothing to do, for `muted` and `stale`. Null otherwise. */
  readonly why: string | null;
  /** The problem, for outcomes that need a reason. */
  readonly problem: Problem | null;
  /** Null when the run has no memory, or ended before it asked. */
  readonly recall: Recall | null;
  readonly connecting: Connecting;
  /**
   * Other holders of our lock when this run last looked. Null when there were none, or when it did not look.
   */
  readonly lock: LockSight | null;
  readonly snapshot: Snapshot | null;
  readonly plan: Plan | null;
  readonly attempts: readonly Attempt[];
  readonly readings: readonly Reading[];
  /** What the short checks after a quiet scheduled run found. Null when they were not made. */
  readonly misconfigurations: readonly Misconfiguration[] | null;
  readonly timings: Timings;
};

/**
 * What may be left out of a record to keep it within its size, in this order. The pid and start of each
 * victim and the result of each attempt always stay.
 * - `statements`: all of spared sessions; those of victims beyond 20,000 bytes together.
 * - `details`: times and waits of spared sessions.
 * - `pooler`: its clients and sessions.
 * - `locks`: which session waits for which.
 * - `spared sessions`: all sessions except victims, and newcomers.
 * - `victims' details`: times and waits of victims, and their statements.
 * - `limits`: all except the 20 with most need.
 * - `long texts`: of the event and of problems.
 * - `names`: those that fewest sessions have.
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
