import type { LockSight } from '../core/run/lock-sight.ts';
import type { Database } from './ports.ts';
import { deadlineError, type Run, type RunEnd } from './run.ts';
import { withTimeout } from './with-timeout.ts';

/** Getting in may take this long; what is left of the run needs the rest of its time. */
const CONNECT_MS = 20_000;
/** Two runs that saw one another each give way; at random, for else they would meet again. */
const LOCK_RETRY_MS = { least: 100, most: 300 } as const;

/** Until when a run that begins to get in now may try, for session and lock together. */
export function connectDeadline({ ports, request }: Run): number {
  return Math.min(ports.now() + CONNECT_MS, request.deadline);
}

/**
 * Lends the session to `work` and closes it afterwards, whatever happens. A statement may hang; the run does not hang with
 * it: at the deadline it breaks off.
 */
export async function inSession(
  run: Run,
  database: Database,
  work: (database: Database) => Promise<RunEnd>,
): Promise<RunEnd> {
  try {
    const { ports, request } = run;
    return await withTimeout(ports, request.deadline - ports.now(), work(database), deadlineError);
  } finally {
    await database.close();
  }
}

/** Another run may be about to end; what it leaves is measured anew. What was seen of the lock goes into the record. */
export async function takeLock(run: Run, database: Database, lockBy: number): Promise<boolean> {
  for (;;) {
    const { locked, holders, total } = await database.tryLock();
    noteHolders(run, { holders, total });
    if (locked) return true;
    const waitMs = LOCK_RETRY_MS.least + Math.random() * (LOCK_RETRY_MS.most - LOCK_RETRY_MS.least);
    // One wait and the answer to one more try: where `lockBy` is the deadline, "busy" must still be told before it.
    if (run.ports.now() + waitMs + LOCK_RETRY_MS.least >= lockBy) return false;
    await run.ports.sleep(waitMs);
  }
}

/** Those that are no run are in the log as well, once: they stop nothing, and somebody may want to know. */
function noteHolders(run: Run, sight: LockSight): void {
  const strangers = sight.holders.filter(({ isRun }) => !isRun);
  if (strangers.length > 0 && !run.lock?.holders.some(({ isRun }) => !isRun))
    run.ports.log('lock-of-others', { runId: run.request.runId, total: sight.total, strangers });
  run.lock = sight.total === 0 ? null : sight;
}
