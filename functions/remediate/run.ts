import { CODE_VERSION } from '../core/base/code-version.ts';
import { type Problem, RemediationError } from '../core/base/errors.ts';
import type { Misconfiguration } from '../core/doctor/misconfigurations.ts';
import type { Plan } from '../core/plan/plan.ts';
import { PLANNER_VERSION } from '../core/plan/planner-version.ts';
import type { Policy } from '../core/policy/policy.ts';
import type { LockSight } from '../core/run/lock-sight.ts';
import type { Outcome } from '../core/run/outcome.ts';
import { modeInForce, type Recall } from '../core/run/pause.ts';
import type { Attempt, Connecting, Reading, RunRecord, Timings } from '../core/run/record.ts';
import type { Snapshot } from '../core/server/snapshot.ts';
import type { Trigger } from '../core/trigger/trigger.ts';
import { policyHash } from './policy-hash.ts';
import type { RemediatePorts } from './ports.ts';
import { toKeptTrigger } from './relevant-trigger.ts';

/** What a run knows so far. The record is made from it, wherever the run ends. */
export type Run = {
  readonly request: RunRequest;
  readonly ports: RemediatePorts;
  readonly startedAt: number;
  readonly timings: { -readonly [Step in keyof Timings]: Timings[Step] };
  /** The trigger of the request, without the parts that need no run. */
  trigger: Trigger;
  /** Requested when the run starts to connect, and awaited before it acts. */
  recalled: Promise<Recall | null> | null;
  connecting: Connecting;
  /** Null while no other holder of the lock was seen. */
  lock: LockSight | null;
  snapshot: Snapshot | null;
  plan: Plan | null;
  /** The key is the session's identity. */
  readonly attempts: Map<string, Attempt>;
  readonly readings: Reading[];
  misconfigurations: readonly Misconfiguration[] | null;
};

/** How a run ends. */
export type RunEnd = {
  readonly outcome: Outcome;
  readonly problem: Problem | null;
  /** Why there was nothing to do; only for runs without work. */
  readonly why?: string;
};

export function startRun(request: RunRequest, ports: RemediatePorts): Run {
  return {
    request,
    ports,
    startedAt: ports.now(),
    timings: {
      connected: null,
      locked: null,
      snapshot: null,
      planned: null,
      terminated: null,
      verified: null,
      settled: null,
      finished: 0,
    },
    trigger: toKeptTrigger(request.trigger),
    recalled: null,
    connecting: { attempts: 0, refusals: [] },
    lock: null,
    snapshot: null,
    plan: null,
    attempts: new Map(),
    readings: [],
    misconfigurations: null,
  };
}

export function markStep(run: Run, step: keyof Timings): void {
  run.timings[step] = run.ports.now() - run.startedAt;
}

export function deadlineError(): RemediationError {
  const message = 'The time of this run is up, so it stopped: the next run measures again.';
  return new RemediationError('deadline-near', message);
}

export function toRecord(run: Run, { outcome, problem, why }: RunEnd, recall: Recall | null): RunRecord {
  const { runId, server, policy, fleet } = run.request;
  const { trigger, connecting, lock, snapshot, plan, attempts, readings, misconfigurations, timings } = run;
  return {
    version: 1,
    runId,
    server,
    ...(fleet !== undefined && { fleet }),
    code: CODE_VERSION,
    planner: PLANNER_VERSION,
    policyHash: policyHash(policy),
    mode: modeInForce(policy.mode, recall, trigger.kind),
    trigger,
    policy,
    startedAt: new Date(run.startedAt).toISOString(),
    outcome,
    why: why ?? null,
    problem,
    recall,
    connecting,
    lock,
    snapshot,
    plan,
    attempts: [...attempts.values()],
    readings,
    misconfigurations,
    timings,
  };
}
/** One execution for one server. */
export type RunRequest = {
  readonly runId: string;
  readonly server: string;
  readonly policy: Policy;
  readonly trigger: Trigger;
  /** The stream of this server in a log group that several servers share; null if the group is not shared. */
  readonly logStream: string | null;
  /** Milliseconds since the epoch. No new work starts after it. */
  readonly deadline: number;
  /** False where the run logs in as a role that may end no session on purpose. Absent means true. */
  readonly maySignal?: boolean;
  /** What a fleet decided about the run; absent for a declared server. */
  readonly fleet?: RunRecord['fleet'];
};
