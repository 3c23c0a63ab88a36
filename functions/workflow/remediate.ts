import { isBlind } from '../core/blindness.ts';
import { coerceError, type Problem, RemediationError } from '../core/errors.ts';
import type { Outcome } from '../core/outcome.ts';
import { type Plan, planRemediation } from '../core/plan.ts';
import type { Policy } from '../core/policy.ts';
import type { Connecting, Reading, RunRecord, Timings } from '../core/record.ts';
import { pressureAgain } from '../core/slots.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { idleReason, type Trigger } from '../core/trigger.ts';
import { type Attempt, expectedOutcome, outcomeOf, readingOf } from '../core/verification.ts';
import type { Database, RemediatePorts } from './ports.ts';
import { terminateVictims } from './terminate.ts';

/** One execution for one server. */
export type RunRequest = {
  readonly runId: string;
  readonly server: string;
  readonly policy: Policy;
  readonly trigger: Trigger;
  /** Milliseconds since the epoch; no new work is begun after it. */
  readonly deadline: number;
};

/** Getting in may take this long; what is left of the run needs the rest of its time. */
const CONNECT_MS = 20_000;
/** Waiters get in and pools refill within 100 ms, slow clients back off for seconds. */
const SETTLE_MS = 3_000;
const LOCK_RETRY_MS = 200;

/** What a run has so far; the record is made from it wherever the run ends. */
export type Run = {
  readonly request: RunRequest;
  readonly ports: RemediatePorts;
  readonly startedAt: number;
  readonly timings: { -readonly [Step in keyof Timings]: Timings[Step] };
  connecting: Connecting;
  snapshot: Snapshot | null;
  plan: Plan | null;
  /** By the session's identity. */
  readonly attempts: Map<string, Attempt>;
  readonly readings: Reading[];
};

type Ending = { readonly outcome: Outcome; readonly problem: Problem | null };

/**
 * Snapshot, plan, terminate, verify, settle. Whatever happens comes back as a record; nothing is thrown, nothing stays
 * connected, and nothing is terminated unless every step before it succeeded.
 */
export async function remediate(request: RunRequest, ports: RemediatePorts): Promise<RunRecord> {
  const run: Run = {
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
    connecting: { attempts: 0, refusals: [] },
    snapshot: null,
    plan: null,
    attempts: new Map(),
    readings: [],
  };
  const ending = await execute(run).catch((thrown): Ending => broken(run, coerceError(thrown)));
  run.timings.finished = ports.now() - run.startedAt;
  return toRecord(run, ending);
}

async function execute(run: Run): Promise<Ending> {
  const { request, ports } = run;
  if (request.policy.mode === 'off') return { outcome: 'off', problem: null };
  const idle = idleReason(request.trigger, run.startedAt);
  if (idle !== null) return { outcome: idle, problem: null };
  if (run.startedAt >= request.deadline) throw timeIsUp();

  const connectBy = Math.min(run.startedAt + CONNECT_MS, request.deadline);
  const connection = await ports.connect(connectBy);
  run.connecting = connection.connecting;
  if ('problem' in connection) return { outcome: 'cannot-connect', problem: connection.problem };
  done(run, 'connected');
  try {
    return await byDeadline(run, work(run, connection.database, connectBy));
  } finally {
    await connection.database.close();
  }
}

async function work(run: Run, database: Database, lockBy: number): Promise<Ending> {
  const { policy, trigger } = run.request;
  if (!(await takeLock(run, database, lockBy))) return { outcome: 'busy', problem: null };
  done(run, 'locked');
  const snapshot = await database.readSnapshot();
  run.snapshot = snapshot;
  done(run, 'snapshot');
  const blindness = isBlind(snapshot);
  if (blindness !== null) return { outcome: 'blind', problem: blindness };

  const plan = planRemediation(snapshot, policy, trigger.kind);
  run.plan = plan;
  done(run, 'planned');
  if (plan.problem !== null) return { outcome: 'failed', problem: plan.problem };
  if (policy.mode === 'observe' || plan.victims.length === 0) {
    return { outcome: expectedOutcome(plan, trigger.kind), problem: null };
  }
  await terminateVictims(run, database, plan);
  const settled = await settle(run, database, snapshot, plan);
  return { outcome: outcomeOf(plan, trigger.kind, [...run.attempts.values()], settled), problem: null };
}

/** Another run may be about to end; what it leaves is measured anew. */
async function takeLock(run: Run, database: Database, lockBy: number): Promise<boolean> {
  while (!(await database.tryLock())) {
    // One wait and the answer to one more try: where `lockBy` is the deadline, "busy" must still be told before it.
    if (run.ports.now() + 2 * LOCK_RETRY_MS >= lockBy) return false;
    await run.ports.sleep(LOCK_RETRY_MS);
  }
  return true;
}

/** The last read tells who took the freed slots. */
async function settle(run: Run, database: Database, first: Snapshot, plan: Plan): Promise<Reading> {
  const { policy, deadline } = run.request;
  await run.ports.sleep(Math.max(0, Math.min(SETTLE_MS, deadline - run.ports.now())));
  const later = await database.readSnapshot();
  const pressure = pressureAgain(plan.pressure, later, policy);
  const reading = readingOf('settled', run.ports.now() - run.startedAt, first, later, pressure);
  run.readings.push(reading);
  done(run, 'settled');
  return reading;
}

/** A statement may hang; the run does not hang with it. Its session is closed by `execute`. */
async function byDeadline(run: Run, working: Promise<Ending>): Promise<Ending> {
  const { ports, request } = run;
  const finished = new AbortController();
  const timeUp = ports.sleep(Math.max(0, request.deadline - ports.now()), finished.signal).then((): never => {
    throw timeIsUp();
  });
  try {
    return await Promise.race([working, timeUp]);
  } finally {
    // Whichever lost the race ends later, with nobody waiting for it.
    for (const loser of [working, timeUp]) loser.catch(() => {});
    finished.abort();
  }
}

function timeIsUp(): RemediationError {
  const message = 'The time of this run is up: it broke off where it was, and the next run measures anew.';
  return new RemediationError('deadline-near', message);
}

/** After the first termination an error no longer means that nothing happened. */
function broken(run: Run, error: RemediationError): Ending {
  return { outcome: run.attempts.size > 0 ? 'unverified' : 'failed', problem: error.toProblem() };
}

function done(run: Run, step: Exclude<keyof Timings, 'finished'>): void {
  run.timings[step] = run.ports.now() - run.startedAt;
}

function toRecord(run: Run, { outcome, problem }: Ending): RunRecord {
  const { runId, server, policy, trigger } = run.request;
  const { connecting, snapshot, plan, attempts, readings, timings } = run;
  return {
    version: 1,
    runId,
    server,
    mode: policy.mode,
    trigger,
    policy,
    startedAt: new Date(run.startedAt).toISOString(),
    outcome,
    problem,
    connecting,
    snapshot,
    plan,
    attempts: [...attempts.values()],
    readings,
    timings,
  };
}
