import type { LockSight } from '../core/run/lock-sight.ts';
import type { Database } from './ports.ts';
import { deadlineError, type Run, type RunEnd } from './run.ts';
import { withTimeout } from './with-timeout.ts';

/** Connecting may take this long. The rest of the run needs the rest of its time. */
export const CONNECT_MS = 20_000;
/** Two runs that saw each other both give way. The wait is random, or they would meet again. */
const LOCK_RETRY_MS = { least: 100, most: 300 } as const;

/** The moment until which a run that starts to connect now may try, for session and lock together. */
export function connectDeadline({ ports, request }: Run): number {
  return Math.min(ports.now() + CONNECT_MS, request.deadline);
}

/**
 * Passes the session to `work` and closes it afterwards in every case. A statement may hang, but the run does not: it stops
 * at the deadline.
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

/**
 * Tries until `lockBy`, because another run may be about to end. A run that gets the lock measures anew. What it saw of
 * other holders goes into the record.
 */
export async function takeLock(run: Run, database: Database, lockBy: number): Promise<boolean> {
  for (;;) {
    const { locked, holders, total } = await database.tryLock();
    noteHolders(run, { holders, total });
    if (locked) return true;
    const waitMs = LOCK_RETRY_MS.least + Math.random() * (LOCK_RETRY_MS.most - LOCK_RETRY_MS.least);
    // Leaves time for this wait and for the answer to one more try: if `lockBy` is the deadline, "busy" must be returned
    // before it.
    if (run.ports.now() + waitMs + LOCK_RETRY_MS.least >= lockBy) return false;
    await run.ports.sleep(waitMs);
  }
}

/** Holders that are no run are logged once as well. They stop nothing, but people may want to know of them. */
function noteHolders(run: Run, sight: LockSight): void {
  const strangers = sight.holders.filter(({ isRun }) => !isRun);
  if (strangers.length > 0 && !run.lock?.holders.some(({ isRun }) => !isRun))
    run.ports.log('lock-of-others', { runId: run.request.runId, total: sight.total, strangers });
  run.lock = sight.total === 0 ? null : sight;
}
