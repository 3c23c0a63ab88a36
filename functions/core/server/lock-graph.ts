import { type Edges, marksReached } from '../base/marks-reached.ts';
import { memoizeByObject } from '../base/memoize.ts';
import { type ContestedLock, PREPARED } from './contested-lock.ts';
import type { Session } from './session.ts';
import { WaitGraph } from './wait-graph.ts';

/**
 * The heads of a queue: sessions that others wait for and that wait for none themselves. Heads of one entry
 * hold the same locks.
 */
export type Heads = {
  /** In ascending order. 0 is a prepared transaction. */
  readonly pids: readonly number[];
  /** How many sessions wait for them, directly or behind others. */
  readonly waiting: number;
  /** How many of these wait only because of their place in a queue, which is a guess. */
  readonly guessed: number;
};

export type LockGraph = {
  readonly isWaiting: (pid: number | null) => boolean;
  /**
   * The heads that most sessions wait for come first, then those with the lowest pid. A circle of waiters has
   * no head: it is a deadlock, which the server resolves.
   */
  readonly heads: readonly Heads[];
  /** The pids of the heads that any of these sessions waits for. */
  readonly headsOf: (pids: readonly (number | null)[]) => ReadonlySet<number>;
  /**
   * All sessions that hold a lock together with these heads and wait for none, the heads included, in
   * ascending order. The waiters go on only when all of them have ended.
   */
  readonly holdersBeside: (heads: Heads) => readonly number[];
};

/**
 * A session's own `blockedBy` counts when it is no waiter of the locks: snapshots from before locks were read
 * have no locks.
 */
export type WaitFacts = {
  readonly sessions: readonly Session[];
  readonly locks?: readonly ContestedLock[] | undefined;
};

/** Computed once for a snapshot, because message, advice and page all ask for it. */
export const lockGraphOf = memoizeByObject(computeLockGraph);

function computeLockGraph({ sessions, locks = [] }: WaitFacts): LockGraph {
  const graph = new WaitGraph();
  for (const lock of locks) graph.addLock(lock);
  const inQueue = new Set(graph.waiting);
  for (const { pid, blockedBy } of sessions)
    if (pid !== null && !inQueue.has(pid)) graph.addBlockers(pid, blockedBy);
  const shown = new Set([PREPARED, ...sessions.flatMap(({ pid }) => pid ?? [])]);
  const isHead = (pid: number) => shown.has(pid) && !graph.waiting.has(pid);
  const heldBy = holdersByNode(graph);
  // Heads that hold the same locks share one mark: 150 readers of a table block the same sessions.
  const alike = Map.groupBy(
    [...graph.nodes].filter(([pid, node]) => isHead(pid) && heldBy.has(node)),
    ([, node]) => (heldBy.get(node) ?? []).join(' '),
  );
  const classes = [...alike.values()].map((those) => ascending(those.map(([pid]) => pid)));
  const markOf = new Map(classes.flatMap((pids, mark) => pids.map((pid) => [graph.nodeOf(pid), mark])));
  const reachedBy = (edges: Edges) => marksReached(edges, classes.length, (node) => markOf.get(node) ?? -1);
  const all = reachedBy(graph.all);
  const sure = locks.length === 0 ? all : reachedBy(graph.sure);
  const [waiting, sureOf] = [countMarks(graph, all), countMarks(graph, sure)];
  return {
    isWaiting: (pid) => pid !== null && graph.waiting.has(pid),
    heads: classes
      .map((pids, mark) => {
        const count = waiting.get(mark) ?? 0;
        return { pids, waiting: count, guessed: count - (sureOf.get(mark) ?? 0) };
      })
      .sort((a, b) => b.waiting - a.waiting || (a.pids[0] ?? 0) - (b.pids[0] ?? 0)),
    headsOf: (pids) => {
      const those = pids.filter((pid) => pid !== null).filter((pid) => graph.waiting.has(pid));
      const marks = new Set(those.flatMap((pid) => all(graph.nodeOf(pid))));
      return new Set([...marks].flatMap((mark) => classes[mark] ?? []));
    },
    holdersBeside: ({ pids }) => holdersBeside(graph, heldBy.get(graph.nodeOf(pids[0] ?? PREPARED)), isHead),
  };
}

/** For each process the nodes of holders to which it belongs. */
function holdersByNode(graph: WaitGraph): ReadonlyMap<number, readonly number[]> {
  const heldBy = new Map<number, number[]>();
  for (const holders of graph.holdersOfLock.keys())
    for (const node of graph.all[holders] ?? []) {
      const those = heldBy.get(node);
      if (those === undefined) heldBy.set(node, [holders]);
      else those.push(holders);
    }
  return heldBy;
}

function holdersBeside(
  graph: WaitGraph,
  holders: readonly number[] = [],
  isHead: (pid: number) => boolean,
): readonly number[] {
  const ofLocks = new Set(holders.flatMap((node) => graph.holdersOfLock.get(node) ?? []));
  const nodes = new Set<number>();
  for (const lock of ofLocks) for (const node of graph.all[lock] ?? []) nodes.add(node);
  return ascending([...graph.nodes].flatMap(([pid, node]) => (nodes.has(node) && isHead(pid) ? [pid] : [])));
}

function countMarks(
  { waiting, nodes }: WaitGraph,
  reached: (node: number) => readonly number[],
): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const pid of waiting)
    for (const mark of reached(nodes.get(pid) ?? -1)) counts.set(mark, (counts.get(mark) ?? 0) + 1);
  return counts;
}

function ascending(pids: readonly number[]): readonly number[] {
  return pids.toSorted((a, b) => a - b);
}
