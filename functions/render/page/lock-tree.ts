import { PREPARED } from '../../core/server/contested-lock.ts';
import { directBlockers } from '../../core/server/direct-blockers.ts';
import { lockGraphOf } from '../../core/server/lock-graph.ts';
import { programNames } from '../../core/server/programs-in.ts';
import { groupText } from '../../core/server/rank-groups.ts';
import type { Session } from '../../core/server/session.ts';
import type { Snapshot } from '../../core/server/snapshot.ts';

/** Sessions of one program with one statement that wait behind the same sessions, or that others wait for. */
export type LockNode = {
  /** 0 is a prepared transaction, which has no session. */
  readonly pids: readonly number[];
  readonly sessions: readonly Session[];
  /** The mode in which they want the lock. Null for those that wait for none, and where it was not kept. */
  readonly wants: string | null;
  /** Those that wait behind these, the most first. */
  readonly behind: readonly LockNode[];
};

/** More steps would not fit on a phone. Deeper waiters are shown at the last one. */
const MOST_DEPTH = 5;

/** What waits for what: the sessions at the heads of queues, those with most waiters first. */
export function lockTreeOf(snapshot: Snapshot): readonly LockNode[] {
  const { sessions, locks = [] } = snapshot;
  const direct = directBlockers(locks);
  const waitsFor = new Map<number, readonly number[]>();
  for (const { pid, blockedBy } of sessions) {
    const blockers = pid === null ? [] : (direct.get(pid) ?? blockedBy);
    if (pid !== null && blockers.length > 0) waitsFor.set(pid, blockers);
  }
  const tree = new Tree(snapshot, waitsFor, wantedModes(snapshot));
  // Holders of one lock are all heads, although each waiter names only a few of them.
  const holders = lockGraphOf(snapshot).heads.flatMap(({ pids }) => pids);
  const blockers = [...waitsFor.values()].flat();
  const heads = [...new Set([...blockers, ...holders])].filter((pid) => !waitsFor.has(pid));
  return tree.nodesOf(heads, 0).toSorted((a, b) => waitersIn(b) - waitersIn(a));
}

/** How many sessions wait behind a node, directly or behind others. */
export function waitersIn({ behind }: LockNode): number {
  return behind.reduce((sum, node) => sum + node.pids.length + waitersIn(node), 0);
}

function wantedModes({ locks = [] }: Snapshot): ReadonlyMap<number, string> {
  return new Map(locks.flatMap(({ waiters }) => waiters.map(({ pid, mode }) => [pid, mode] as const)));
}

class Tree {
  readonly #snapshot: Snapshot;
  readonly #wants: ReadonlyMap<number, string>;
  readonly #byPid: ReadonlyMap<number | null, Session>;
  /** For each session those that wait for it first of all. A session that waits for several is shown once. */
  readonly #behind: ReadonlyMap<number, readonly number[]>;
  readonly #keyOf: (pid: number) => string;
  /** A circle of waiters must not be followed for ever. */
  readonly #seen = new Set<number>();

  constructor(
    snapshot: Snapshot,
    waitsFor: ReadonlyMap<number, readonly number[]>,
    wants: ReadonlyMap<number, string>,
  ) {
    this.#snapshot = snapshot;
    this.#wants = wants;
    this.#byPid = new Map(snapshot.sessions.map((session) => [session.pid, session]));
    this.#behind = groupValues(
      [...waitsFor].flatMap(([pid, [first]]) => (first === undefined ? [] : [[first, pid]])),
    );
    const nameOf = programNames(this.#snapshot);
    this.#keyOf = (pid) => {
      const session = this.#byPid.get(pid);
      if (session === undefined) return String(pid);
      return JSON.stringify([
        groupText(nameOf(session)),
        session.lastStatement,
        session.state,
        wants.get(pid),
      ]);
    };
  }

  nodesOf(pids: readonly number[], depth: number): readonly LockNode[] {
    const fresh = pids.filter((pid) => !this.#seen.has(pid));
    for (const pid of fresh) this.#seen.add(pid);
    return [...Map.groupBy(fresh, this.#keyOf).values()].map((those) => this.#nodeOf(those, depth));
  }

  #nodeOf(pids: readonly number[], depth: number): LockNode {
    const next = pids.flatMap((pid) => this.#behind.get(pid) ?? []);
    const behind =
      depth < MOST_DEPTH ? this.nodesOf(next, depth + 1) : this.nodesOf(this.#allBehind(next), depth);
    return {
      pids,
      sessions: pids.flatMap((pid) => (pid === PREPARED ? [] : (this.#byPid.get(pid) ?? []))),
      wants: this.#wants.get(pids[0] ?? PREPARED) ?? null,
      behind: behind.toSorted((a, b) => b.pids.length + waitersIn(b) - (a.pids.length + waitersIn(a))),
    };
  }

  /** All sessions behind these, however deep. */
  #allBehind(pids: readonly number[]): readonly number[] {
    const all = new Set(pids);
    for (const pid of all) for (const behind of this.#behind.get(pid) ?? []) all.add(behind);
    return [...all];
  }
}

function groupValues(pairs: readonly (readonly number[])[]): ReadonlyMap<number, readonly number[]> {
  const groups = Map.groupBy(pairs, ([key = 0]) => key);
  return new Map([...groups].map(([key, those]) => [key, those.flatMap(([, value]) => value ?? [])]));
}
