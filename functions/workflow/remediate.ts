import { isBlind } from '../core/blindness.ts';
import { coerceError, type RemediationError } from '../core/errors.ts';
import { modeInForce, pauseIn } from '../core/memory.ts';
import { planRemediation } from '../core/plan.ts';
import { planQuiet } from '../core/plan-quiet.ts';
import type { Policy } from '../core/policy.ts';
import { withPooler } from '../core/pooler.ts';
import type { RunRecord } from '../core/record.ts';
import { idleReason, type Trigger } from '../core/trigger.ts';
import { expectedOutcome, outcomeOf } from '../core/verification.ts';
import { checkConfiguration } from './check-configuration.ts';
import { getInBy, inSession, takeLock } from './in-session.ts';
import { lookAgain } from './look-again.ts';
import { newsIn } from './news.ts';
import type { Database, RemediatePorts } from './ports.ts';
import { recall } from './recall.ts';
import { done, type Ending, type Run, startRun, timeIsUp, toRecord } from './run.ts';
import { terminateVictims } from './terminate.ts';
import { settle } from './verify.ts';

/** One execution for one server. */
export type RunRequest = {
  readonly runId: string;
  readonly server: string;
  readonly policy: Policy;
  readonly trigger: Trigger;
  /** The server's own stream in a log group that servers share; null when it shares none. */
  readonly logStream: string | null;
  /** Milliseconds since the epoch; no new work is begun after it. */
  readonly deadline: number;
};

/**
 * Snapshot, plan, terminate, verify, settle. Whatever happens comes back as a record; nothing is thrown, nothing stays
 * connected, and nothing is terminated unless every step before it succeeded.
 */
export async function remediate(request: RunRequest, ports: RemediatePorts): Promise<RunRecord> {
  const run = startRun(request, ports);
  const ending = await execute(run).catch((thrown): Ending => broken(run, coerceError(thrown)));
  done(run, 'finished');
  return toRecord(run, ending, await run.recalled);
}

async function execute(run: Run): Promise<Ending> {
  const { request, ports } = run;
  if (request.policy.mode === 'off') return { outcome: 'off', problem: null };
  run.trigger = await newsIn(request.trigger, request.logStream, ports);
  const idle = idleReason(run.trigger, run.startedAt);
  if (idle !== null) return { ...idle, problem: null };
  if (run.startedAt >= request.deadline) throw timeIsUp();

  const by = getInBy(run);
  const connecting = ports.connect(by);
  run.recalled = recall(run);
  const connection = await connecting;
  run.connecting = connection.connecting;
  if ('problem' in connection) return { outcome: 'cannot-connect', problem: connection.problem };
  done(run, 'connected');
  try {
    return await inSession(run, connection.database, async (database) => {
      const ending = await work(run, database, by);
      await checkConfiguration(run, database);
      return ending;
    });
  } catch (thrown) {
    const error = coerceError(thrown);
    if (error.code !== 'connection-lost') throw error;
    return await lookAgain(run, error);
  }
}

async function work(run: Run, database: Database, lockBy: number): Promise<Ending> {
  const { ports, request } = run;
  const { policy, trigger } = request;
  if (trigger.kind === 'schedule' && (await isQuiet(run, database)))
    return { outcome: 'healthy', problem: null };
  if (!(await takeLock(run, database, lockBy))) return { outcome: 'busy', problem: null };
  done(run, 'locked');
  const [seen, pooler] = await Promise.all([database.readSnapshot(), ports.readPooler()]);
  const snapshot = withPooler(seen, pooler);
  run.snapshot = snapshot;
  done(run, 'snapshot');
  const blindness = isBlind(snapshot);
  if (blindness !== null) return { outcome: 'blind', problem: blindness };

  const plan = planRemediation(snapshot, policy, trigger.kind);
  run.plan = plan;
  done(run, 'planned');
  if (plan.problem !== null) return { outcome: 'failed', problem: plan.problem };
  const recalled = await run.recalled;
  if (modeInForce(policy.mode, recalled, trigger.kind) === 'observe' || plan.victims.length === 0) {
    return { outcome: expectedOutcome(plan, trigger.kind), problem: null };
  }
  // What is only to be reaped can wait for as long as somebody likes.
  if (pauseIn(recalled) !== null)
    return { outcome: plan.verdict === 'healthy' ? 'healthy' : 'paused', problem: null };
  await terminateVictims(run, database, { snapshot, plan });
  const settled = await settle(run, database, { snapshot, plan });
  return { outcome: outcomeOf(plan, trigger.kind, [...run.attempts.values()], settled), problem: null };
}

/** A sweep of a server without pressure needs no session's row: mostly it only counts. */
async function isQuiet(run: Run, database: Database): Promise<boolean> {
  const count = await database.countSlots();
  run.plan = count === null ? null : planQuiet(count, run.request.policy);
  if (run.plan !== null) done(run, 'planned');
  return run.plan !== null;
}

/** After the first termination an error no longer means that nothing happened. */
function broken(run: Run, error: RemediationError): Ending {
  return { outcome: run.attempts.size > 0 ? 'unverified' : 'failed', problem: error.toProblem() };
}
