import { sleep } from '../../core/base/sleep.ts';
import { endsSession, type ServerAnswer } from '../../core/base/sqlstate.ts';

/** A server that ends a session closes the connection right after it has sent the reason. */
const CLOSES_WITHIN_MS = 20;
const EVERY_MS = 5;
/** A statement that is wrong or not allowed does not end the session. */
const OF_STATEMENT = '42';

/**
 * Whether the session ended with this answer. Some codes always mean so. Others may (a conflict with recovery on a replica,
 * a server out of memory, an internal error). Then the connection closes, and `brokenBy` has noticed.
 */
export async function hasEnded({ sqlstate }: ServerAnswer, brokenBy: () => unknown): Promise<boolean> {
  if (endsSession(sqlstate)) return true;
  if (sqlstate.startsWith(OF_STATEMENT)) return false;
  for (let waitedMs = 0; waitedMs < CLOSES_WITHIN_MS && brokenBy() === null; waitedMs += EVERY_MS)
    await sleep(EVERY_MS);
  return brokenBy() !== null;
}
