import { setTimeout as sleep } from 'node:timers/promises';
import { FIND_SESSION } from '../postgresql/sql/find-session.ts';
import type { OpenSession } from './open-session.ts';

/** A server ends the session of a client that left within milliseconds, on a busy machine within a second. */
const WAIT_MS = 3_000;
const EACH_MS = 100;

/**
 * Whether something between us and the server kept the session of a client that said goodbye: pgpool-II does, for its next
 * client. To ask pgpool-II itself would write an error into the log of a server that it does not stand in front of.
 */
export async function outlivesItsClient(session: OpenSession, pid: number): Promise<boolean> {
  for (const until = Date.now() + WAIT_MS; Date.now() < until; await sleep(EACH_MS)) {
    const { rows } = await session.client.query({ text: FIND_SESSION, values: [pid] });
    if (rows.length === 0) return false;
  }
  return true;
}
