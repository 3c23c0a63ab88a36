import { coerceError, type RemediationError } from '../core/base/errors.ts';
import type { RunRecord } from '../core/run/record.ts';
import { idleReason } from '../core/trigger/trigger.ts';
import { act, reconnectAndVerify, verifiedEnding } from './act.ts';
import { connectDeadline, inSession } from './in-session.ts';
import { ownTriesReason, removeOwnLines } from './own-tries-reason.ts';
import type { RemediatePorts } from './ports.ts';
import { readPause } from './read-pause.ts';
import { relevantTrigger, toKeptTrigger } from './relevant-trigger.ts';
import {
  deadlineError,
  markStep,
  type Run,
  type RunEnd,
  type RunRequest,
  startRun,
  toRecord,
} from './run.ts';

/**
 * Snapshot, plan, terminate, verify, settle. Every result and every error comes back as a record: it never throws, and it
 * leaves no connection open. It terminates nothing unless every step before succeeded.
 */
export async function remediate(request: RunRequest, ports: RemediatePorts): Promise<RunRecord> {
  const run = startRun(request, ports);
  const ending = await execute(run).catch((thrown) => broken(run, coerceError(thrown)));
  markStep(run, 'finished');
  const record = toRecord(run, ending, await run.recalled);
  ports.tries?.keep(record);
  return record;
}

async function execute(run: Run): Promise<RunEnd> {
  const { request, ports } = run;
  if (request.policy.mode === 'off') return { outcome: 'off', problem: null };
  const news = await relevantTrigger(request.trigger, request.logStream, ports);
  run.trigger = toKeptTrigger(news);
  const idle = idleReason(run.trigger, run.startedAt) ?? (await ownTriesReason(run, news));
  if (idle !== null) return { ...idle, problem: null };
  if (run.startedAt >= request.deadline) throw deadlineError();

  const by = connectDeadline(run);
  const connecting = ports.connect(by);
  run.recalled ??= readPause(run);
  const connection = await connecting;
  run.connecting = connection.connecting;
  await removeOwnLines(run, news);
  if ('problem' in connection) return { outcome: 'cannot-connect', problem: connection.problem };
  markStep(run, 'connected');
  try {
    return await inSession(run, connection.database, (database) => act(run, database, by));
  } catch (thrown) {
    const error = coerceError(thrown);
    if (error.code !== 'connection-lost') throw error;
    return await reconnectAndVerify(run, error);
  }
}

/** After the first termination, an error no longer means that nothing was done. */
async function broken(run: Run, error: RemediationError): Promise<RunEnd> {
  const problem = error.toProblem();
  if (run.attempts.size === 0) return { outcome: 'failed', problem };
  return verifiedEnding(run, error) ?? { outcome: 'unverified', problem };
}
