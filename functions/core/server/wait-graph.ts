import { type ContestedLock, conflict } from './contested-lock.ts';
import { queueOf } from './lock-queue.ts';

/**
 * Which process waits for which, as a directed graph. Nodes are processes, the holders of a lock in one mode,
 * and places in its queue. So the number of edges is the sum of holders and waiters, and not their product.
 */
export class WaitGraph {
  readonly waiting = new Set<number>();
  /** The node of each pid. */
  readonly nodes = new Map<number, number>();
  /** The nodes that each node certainly waits for. */
  readonly sure: number[][] = [];
  /** The same, and the nodes that waiters wait for by their place in a queue. */
  readonly all: number[][] = [];
  /** For each node of holders, all such nodes of its lock. */
  readonly holdersOfLock = new Map<number, readonly number[]>();

  addLock(lock: ContestedLock): void {
    const holders = Map.groupBy(lock.holders, ({ mode }) => mode);
    const ofLock: number[] = [];
    const nodeInMode = new Map<string, number>();
    const lastPlaceInMode = new Map<string, number>();
    for (const { pid, mode } of queueOf(lock)) {
      const waiter = this.nodeOf(pid);
      this.waiting.add(pid);
      for (const [held, those] of holders) {
        if (!conflict(mode, held)) continue;
        const node = nodeInMode.get(held) ?? this.#addHolders(those, ofLock);
        nodeInMode.set(held, node);
        this.#add(waiter, node);
      }
      for (const [asked, place] of lastPlaceInMode) if (conflict(mode, asked)) this.all[waiter]?.push(place);
      lastPlaceInMode.set(mode, this.#addPlace(waiter, lastPlaceInMode.get(mode)));
    }
  }

  /** For records from before locks were read, and for waits that are no locks. */
  addBlockers(pid: number, blockedBy: readonly number[]): void {
    if (blockedBy.length === 0) return;
    this.waiting.add(pid);
    this.#add(
      this.nodeOf(pid),
      this.#addHolders(
        blockedBy.map((blocker) => ({ pid: blocker })),
        [],
      ),
    );
  }

  nodeOf(pid: number): number {
    const node = this.nodes.get(pid) ?? this.#addNode();
    this.nodes.set(pid, node);
    return node;
  }

  /**
   * The place leads to its waiter and, through the place before it, to all earlier waiters in the same mode.
   */
  #addPlace(waiter: number, before: number | undefined): number {
    const place = this.#addNode();
    this.all[place]?.push(waiter);
    if (before !== undefined) this.all[place]?.push(before);
    return place;
  }

  #addHolders(holders: readonly { readonly pid: number }[], ofLock: number[]): number {
    const node = this.#addNode(holders.map(({ pid }) => this.nodeOf(pid)));
    ofLock.push(node);
    this.holdersOfLock.set(node, ofLock);
    return node;
  }

  /** Edges that are given are certain. Without them the node has no certain edges yet. */
  #addNode(edges?: number[]): number {
    this.sure.push(edges ?? []);
    return this.all.push(edges ?? []) - 1;
  }

  #add(from: number, to: number): void {
    this.sure[from]?.push(to);
    this.all[from]?.push(to);
  }
}
