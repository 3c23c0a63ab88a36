import type { Database } from './ports.ts';
import { type Ending, type Run, timeIsUp } from './run.ts';
import { within } from './within.ts';

/** Getting in may take this long; what is left of the run needs the rest of its time. */
const CONNECT_MS = 20_000;
const LOCK_RETRY_MS = 200;

/** Until when a run that begins to get in now may try, for session and lock together. */
export function getInBy({ ports, request }: Run): number {
  return Math.min(ports.now() + CONNECT_MS, request.deadline);
}

/**
 * Lends the session to `work` and closes it afterwards, whatever happens. A statement may hang; the run does not hang with
 * it: at the deadline it breaks off.
 */
export async function inSession(
  run: Run,
  database: Database,
  work: (database: Database) => Promise<Ending>,
): Promise<Ending> {
  try {
    const { ports, request } = run;
    return await within(ports, request.deadline - ports.now(), work(database), timeIsUp);
  } finally {
    await database.close();
  }
}

/** Another run may be about to end; what it leaves is measured anew. */
export async function takeLock(run: Run, database: Database, lockBy: number): Promise<boolean> {
  while (!(await database.tryLock())) {
    // One wait and the answer to one more try: where `lockBy` is the deadline, "busy" must still be told before it.
    if (run.ports.now() + 2 * LOCK_RETRY_MS >= lockBy) return false;
    await run.ports.sleep(LOCK_RETRY_MS);
  }
  return true;
}
