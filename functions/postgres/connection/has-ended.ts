import { sleep } from '../../core/base/sleep.ts';
import { endsSession, type ServerAnswer } from '../../core/base/sqlstate.ts';

/** A server that ends a session closes the connection right after it has said why. */
const CLOSES_WITHIN_MS = 20;
const EVERY_MS = 5;
/** A statement that is wrong or not allowed ends no session. */
const OF_STATEMENT = '42';

/**
 * Whether this answer came with the end of the session. Some codes say so. Others may (a conflict with recovery on a replica,
 * a server that runs out of memory, an internal error), and then the connection closes, which `brokenBy` has noticed.
 */
export async function hasEnded({ sqlstate }: ServerAnswer, brokenBy: () => unknown): Promise<boolean> {
  if (endsSession(sqlstate)) return true;
  if (sqlstate.startsWith(OF_STATEMENT)) return false;
  for (let waitedMs = 0; waitedMs < CLOSES_WITHIN_MS && brokenBy() === null; waitedMs += EVERY_MS)
    await sleep(EVERY_MS);
  return brokenBy() !== null;
}
