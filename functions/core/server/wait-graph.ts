import { type ContestedLock, conflict } from './contested-lock.ts';
import { queueOf } from './lock-queue.ts';

/**
 * Who waits for whom, as a directed graph. Nodes are processes, a lock's holders in one mode, and places in its queue, so
 * that there are as many edges as locks have holders and waiters, and not their product.
 */
export class WaitGraph {
  readonly waiting = new Set<number>();
  /** By pid. */
  readonly nodes = new Map<number, number>();
  /** What a node surely waits for. */
  readonly sure: number[][] = [];
  /** The same, and what waiters wait for by their place in a queue. */
  readonly all: number[][] = [];
  /** For each node of holders all such nodes of its lock. */
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

  /** Of records from before locks were read, and of waits that are no locks. */
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

  /** The place leads to its waiter and, through the place before it, to all earlier waiters in the same mode. */
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

  /** Where it leads to is sure, or nothing is sure yet and edges are added. */
  #addNode(edges?: number[]): number {
    this.sure.push(edges ?? []);
    return this.all.push(edges ?? []) - 1;
  }

  #add(from: number, to: number): void {
    this.sure[from]?.push(to);
    this.all[from]?.push(to);
  }
}
