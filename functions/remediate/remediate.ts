import { coerceError, type RemediationError } from '../core/base/errors.ts';
import type { RunRecord } from '../core/run/record.ts';
import { idleReason } from '../core/trigger/trigger.ts';
import { lookAgain, relieve, verifiedEnding } from './act.ts';
import { getInBy, inSession } from './in-session.ts';
import { ownDoing, takeOffOwnLines } from './own-doing.ts';
import type { RemediatePorts } from './ports.ts';
import { recall } from './read-pause.ts';
import { asKept, newsIn } from './relevant-trigger.ts';
import { done, type Ending, type Run, type RunRequest, startRun, timeIsUp, toRecord } from './run.ts';

/**
 * Snapshot, plan, terminate, verify, settle. Whatever happens comes back as a record; nothing is thrown, nothing stays
 * connected, and nothing is terminated unless every step before it succeeded.
 */
export async function remediate(request: RunRequest, ports: RemediatePorts): Promise<RunRecord> {
  const run = startRun(request, ports);
  const ending = await execute(run).catch((thrown) => broken(run, coerceError(thrown)));
  done(run, 'finished');
  const record = toRecord(run, ending, await run.recalled);
  ports.tries?.keep(record);
  return record;
}

async function execute(run: Run): Promise<Ending> {
  const { request, ports } = run;
  if (request.policy.mode === 'off') return { outcome: 'off', problem: null };
  const news = await newsIn(request.trigger, request.logStream, ports);
  run.trigger = asKept(news);
  const idle = idleReason(run.trigger, run.startedAt) ?? (await ownDoing(run, news));
  if (idle !== null) return { ...idle, problem: null };
  if (run.startedAt >= request.deadline) throw timeIsUp();

  const by = getInBy(run);
  const connecting = ports.connect(by);
  run.recalled ??= recall(run);
  const connection = await connecting;
  run.connecting = connection.connecting;
  await takeOffOwnLines(run, news);
  if ('problem' in connection) return { outcome: 'cannot-connect', problem: connection.problem };
  done(run, 'connected');
  try {
    return await inSession(run, connection.database, (database) => relieve(run, database, by));
  } catch (thrown) {
    const error = coerceError(thrown);
    if (error.code !== 'connection-lost') throw error;
    return await lookAgain(run, error);
  }
}

/** After the first termination an error no longer means that nothing happened. */
async function broken(run: Run, error: RemediationError): Promise<Ending> {
  const problem = error.toProblem();
  if (run.attempts.size === 0) return { outcome: 'failed', problem };
  return verifiedEnding(run, error) ?? { outcome: 'unverified', problem };
}
