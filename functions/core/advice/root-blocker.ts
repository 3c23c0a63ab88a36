import { type ContestedLock, PREPARED } from '../server/contested-lock.ts';
import { lockGraphOf } from '../server/lock-graph.ts';
import { passesOn } from '../server/passes-on.ts';
import { CLIENT_BACKEND, type Session } from '../server/session.ts';

/** The head of a queue for locks. A prepared transaction has no session: null. */
export type RootBlocker = {
  readonly session: Session | null;
  readonly waiting: number;
  /** How many wait for it only because of their place in a queue, which is a guess. */
  readonly guessed: number;
  /** Other sessions that hold the same lock. The queue goes on when all have ended. */
  readonly beside: readonly (Session | null)[];
  /** Whether the lock goes from one working client to the next, so that none of them is the reason. */
  readonly passesOn: boolean;
};

/**
 * The session that most others wait for, directly or behind others, and that waits for none itself. Null when
 * no session waits.
 */
export function rootBlocker(
  sessions: readonly Session[],
  locks: readonly ContestedLock[] = [],
): RootBlocker | null {
  const graph = lockGraphOf({ sessions, locks });
  const [most] = graph.heads;
  const root = most?.pids[0];
  if (most === undefined || root === undefined) return null;
  const byPid = new Map(sessions.map((each) => [each.pid, each]));
  const sessionOf = (pid: number) => (pid === PREPARED ? null : (byPid.get(pid) ?? null));
  const session = sessionOf(root);
  const beside = graph
    .holdersBeside(most)
    .filter((pid) => pid !== root)
    .map(sessionOf);
  const holders = [session, ...beside];
  const waits = sessions.filter(({ pid }) => graph.isWaiting(pid)).map(({ stateAgeMs }) => stateAgeMs ?? 0);
  const clients = holders
    .filter((each) => each?.backendType === CLIENT_BACKEND)
    .filter((each) => each !== null);
  return {
    session,
    waiting: most.waiting,
    guessed: most.guessed,
    beside,
    passesOn: clients.length === holders.length && passesOn(clients, Math.max(0, ...waits)),
  };
}
