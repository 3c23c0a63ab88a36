import { coerceError, RemediationError } from '../core/base/errors.ts';
import { outcomeOf, type Planned } from '../core/run/outcome-of.ts';
import { addConnecting } from '../core/run/record.ts';
import { isSameServer } from '../core/run/verification.ts';
import { connectDeadline, inSession, takeLock } from './in-session.ts';
import type { Database } from './ports.ts';
import { deadlineError, type Run, type RunEnd } from './run.ts';
import { isVerified } from './verified-ending.ts';
import { settle, verify } from './verify.ts';

/** A server that restarts is back within seconds. */
const RETRY_MS = 500;

/**
 * Follows when a run loses its session during or after terminations. It connects again in the time that is left, and reads
 * the results of the attempts. It terminates no more sessions, for two reasons: attempts without an answer may have worked,
 * so that more could end than were needed; and what broke our session may be a problem of the server itself. The next run
 * measures again.
 * @throws RemediationError `connection-lost` when the results could not be read; it says what was lost and why.
 */
export async function reconnectAndVerify(run: Run, lost: RemediationError): Promise<RunEnd> {
  const { snapshot, plan } = run;
  if (snapshot === null || plan === null || run.attempts.size === 0)
    throw new RemediationError(
      'connection-lost',
      `${lost.message} No session was told to end; the next run measures again.`,
    );
  try {
    const by = connectDeadline(run);
    const database = await getInAgain(run, by);
    return await inSession(run, database, () => read(run, database, by, { snapshot, plan }, lost));
  } catch (thrown) {
    const { message } = coerceError(thrown);
    const unknown = isVerified(run) ? '' : 'The results are not known. ';
    throw new RemediationError('connection-lost', `${lost.message} ${unknown}${message}`);
  }
}

/** A server that restarts or fails over refuses at first, in ways on which the first connect of a run gives up. */
async function getInAgain(run: Run, by: number): Promise<Database> {
  const { ports } = run;
  for (;;) {
    if (ports.now() >= by) throw deadlineError();
    const connection = await ports.connect(by);
    run.connecting = addConnecting(run.connecting, connection.connecting);
    if ('database' in connection) return connection.database;
    const { code, message } = connection.problem;
    if (code !== 'connect-unreachable' || ports.now() + RETRY_MS >= by)
      throw new RemediationError(code, message);
    await ports.sleep(RETRY_MS);
  }
}

async function read(
  run: Run,
  database: Database,
  lockBy: number,
  first: Planned,
  lost: RemediationError,
): Promise<RunEnd> {
  // The lock shows that the lost session has ended: none of its statements can still run, and no other run ends sessions
  // meanwhile. Reading by itself needs no lock.
  if (!(await takeLock(run, database, lockBy))) throw stillLocked();
  const later = await verify(run, database, first);
  if (!isSameServer(first.snapshot, later)) throw restarted();
  const settled = await settle(run, database, first);
  const outcome = outcomeOf(first, run.request.trigger.kind, [...run.attempts.values()], settled);
  const message = `${lost.message} A second session read the results.`;
  return { outcome, problem: { code: lost.code, message } };
}

function stillLocked(): RemediationError {
  const message =
    'We connected again, but our lost session or another run holds the lock: the next run measures again.';
  return new RemediationError('connection-lost', message);
}

function restarted(): RemediationError {
  const message =
    'We connected again, but the server has restarted or failed over, which ended all sessions.';
  return new RemediationError('connection-lost', message);
}
