import { type ContestedLock, PREPARED } from '../server/contested-lock.ts';
import { lockGraphOf } from '../server/lock-graph.ts';
import type { Session } from '../server/session.ts';

/** What stands at the head of a queue for locks; a session is null for a prepared transaction. */
export type RootBlocker = {
  readonly session: Session | null;
  readonly waiting: number;
  /** Those of the waiting that wait for it by their place in a queue only, which is a guess. */
  readonly guessed: number;
  /** Others that hold the same lock: the queue goes on when all have ended. */
  readonly beside: readonly (Session | null)[];
};

/** The one that most sessions wait for, directly or behind others, and that waits for nobody. Null where nobody waits. */
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
  const beside = graph.holdersBeside(most).filter((pid) => pid !== root);
  return {
    session: sessionOf(root),
    waiting: most.waiting,
    guessed: most.guessed,
    beside: beside.map(sessionOf),
  };
}
