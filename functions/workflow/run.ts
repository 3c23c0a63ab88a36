import { CODE_VERSION } from '../core/code-version.ts';
import { type Problem, RemediationError } from '../core/errors.ts';
import { modeInForce, type Recall } from '../core/memory.ts';
import type { Misconfiguration } from '../core/misconfigurations.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Plan } from '../core/plan.ts';
import type { Connecting, Reading, RunRecord, Timings } from '../core/record.ts';
import type { LockSight } from '../core/run-lock.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { Trigger } from '../core/trigger.ts';
import type { Attempt } from '../core/verification.ts';
import { asKept } from './news.ts';
import { policyHash } from './policy-hash.ts';
import type { RemediatePorts } from './ports.ts';
import type { RunRequest } from './remediate.ts';

/** What a run has so far; the record is made from it wherever the run ends. */
export type Run = {
  readonly request: RunRequest;
  readonly ports: RemediatePorts;
  readonly startedAt: number;
  readonly timings: { -readonly [Step in keyof Timings]: Timings[Step] };
  /** The request's, less what is no news in it. */
  trigger: Trigger;
  /** Asked for when the run begins to get in, needed when it may act. */
  recalled: Promise<Recall | null> | null;
  connecting: Connecting;
  /** Null while nobody else was seen to hold the lock. */
  lock: LockSight | null;
  snapshot: Snapshot | null;
  plan: Plan | null;
  /** By the session's identity. */
  readonly attempts: Map<string, Attempt>;
  readonly readings: Reading[];
  misconfigurations: readonly Misconfiguration[] | null;
};

/** How a run ends. */
export type Ending = {
  readonly outcome: Outcome;
  readonly problem: Problem | null;
  /** Of a run that had nothing to do. */
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
    trigger: asKept(request.trigger),
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

export function done(run: Run, step: keyof Timings): void {
  run.timings[step] = run.ports.now() - run.startedAt;
}

export function timeIsUp(): RemediationError {
  const message = 'The time of this run is up: it broke off where it was, and the next run measures anew.';
  return new RemediationError('deadline-near', message);
}

export function toRecord(run: Run, { outcome, problem, why }: Ending, recall: Recall | null): RunRecord {
  const { runId, server, policy } = run.request;
  const { trigger, connecting, lock, snapshot, plan, attempts, readings, misconfigurations, timings } = run;
  return {
    version: 1,
    runId,
    server,
    code: CODE_VERSION,
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
