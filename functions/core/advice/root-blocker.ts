import { memoizeByObject } from '../base/memoize.ts';
import { briefHolders } from '../server/brief-holders.ts';
import { PREPARED } from '../server/contested-lock.ts';
import { lastingHeads } from '../server/lasting-heads.ts';
import { lockGraphOf, type WaitFacts } from '../server/lock-graph.ts';
import type { Session } from '../server/session.ts';

/** The head of a queue for locks. A prepared transaction has no session: null. */
export type RootBlocker = {
  readonly session: Session | null;
  readonly waiting: number;
  /** How many wait for it only because of their place in a queue, which is a guess. */
  readonly guessed: number;
  /** Other sessions that have held the same lock for two seconds or more. The queue goes on when all have ended. */
  readonly beside: readonly (Session | null)[];
  /** Whether the lock goes from one working client to the next, so that none of them is the reason. */
  readonly passesOn: boolean;
};

/**
 * The session that most others wait for, directly or behind others, and that waits for none itself. Null when
 * no session waits. Found once for a snapshot, because subject, message and advice ask for it.
 */
export const rootBlocker = memoizeByObject(findRootBlocker);

function findRootBlocker(waits: WaitFacts): RootBlocker | null {
  const { sessions } = waits;
  const graph = lockGraphOf(waits);
  const [longest] = graph.heads;
  const [lasting] = lastingHeads(waits, graph);
  const most = lasting ?? longest;
  const root = most?.pids[0];
  if (most === undefined || root === undefined) return null;
  const byPid = new Map(sessions.map((each) => [each.pid, each]));
  const sessionOf = (pid: number) => (pid === PREPARED ? null : (byPid.get(pid) ?? null));
  const isBrief = briefHolders(waits);
  const beside = graph
    .holdersBeside(most)
    .filter((pid) => pid !== root)
    .map(sessionOf)
    .filter((each) => each === null || !isBrief(each));
  const { waiting, guessed } = most;
  return { session: sessionOf(root), waiting, guessed, beside, passesOn: lasting === undefined };
}
