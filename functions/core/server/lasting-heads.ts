import { briefHolders } from './brief-holders.ts';
import { PREPARED } from './contested-lock.ts';
import type { Heads, LockGraph, WaitFacts } from './lock-graph.ts';

/** The head of a shorter queue beside the longest one is not named. */
const SHARE = 1 / 4;

/**
 * The heads of queues that make the others wait, those of the longest queue first: what has held its lock for
 * less than two seconds is left out.
 */
export function lastingHeads(waits: WaitFacts, graph: LockGraph): readonly Heads[] {
  const isBrief = briefHolders(waits);
  const byPid = new Map(waits.sessions.map((session) => [session.pid, session]));
  const isLasting = (pid: number) => {
    const session = byPid.get(pid);
    return pid === PREPARED || session === undefined || !isBrief(session);
  };
  const most = graph.heads[0]?.waiting ?? 0;
  return graph.heads
    .filter(({ waiting }) => waiting >= most * SHARE)
    .map((heads) => ({ ...heads, pids: heads.pids.filter(isLasting) }))
    .filter(({ pids }) => pids.length > 0);
}
