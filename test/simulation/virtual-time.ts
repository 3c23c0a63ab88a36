/** Something that will happen, and whether it was called off. */
type Planned = { readonly at: number; readonly order: number; readonly act: () => void; isOff: boolean };

/** Time that passes only when nothing is left to do at its present moment. In milliseconds since the epoch. */
export type VirtualTime = {
  readonly now: () => number;
  /** Does something at a moment, or at once if that has passed. The result calls it off. */
  readonly at: (moment: number, act: () => void) => () => void;
  /** Rejects when the signal aborts. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly runUntil: (moment: number) => Promise<void>;
};

export function virtualTime(start: number): VirtualTime {
  const queue = planQueue();
  let now = start;
  let order = 0;
  const at: VirtualTime['at'] = (moment, act) => {
    const planned = { at: Math.max(moment, now), order: ++order, act, isOff: false };
    queue.add(planned);
    return () => {
      planned.isOff = true;
    };
  };
  return {
    now: () => now,
    at,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const callOff = at(now + ms, resolve);
        signal?.addEventListener('abort', () => {
          callOff();
          reject(signal.reason);
        });
      }),
    runUntil: async (moment) => {
      await settled();
      for (;;) {
        const next = queue.first();
        if (next === undefined || next.at > moment) break;
        queue.takeFirst();
        if (next.isOff) continue;
        now = next.at;
        next.act();
        await settled();
      }
      now = moment;
    },
  };
}

/**
 * All promises that can go on have gone on: Node empties their queue before a tick. A turn of the event loop would be the same,
 * and costs system calls.
 */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}

/** A heap, the earliest first; of one moment, in the order in which they were added. */
function planQueue() {
  const heap: Planned[] = [];
  const isBefore = (one: Planned, other: Planned) =>
    one.at < other.at || (one.at === other.at && one.order < other.order);
  const swap = (one: number, other: number) => {
    const [a, b] = [heap[one], heap[other]];
    if (a !== undefined && b !== undefined) [heap[one], heap[other]] = [b, a];
  };
  const isSooner = (one: number, other: number) => {
    const [a, b] = [heap[one], heap[other]];
    return a !== undefined && b !== undefined && isBefore(a, b);
  };
  const sink = () => {
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const child = isSooner(right, left) ? right : left;
      if (!isSooner(child, at)) return;
      swap(child, at);
      at = child;
    }
  };
  return {
    first: () => heap[0],
    add: (planned: Planned) => {
      heap.push(planned);
      for (let at = heap.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1;
        if (!isSooner(at, parent)) return;
        swap(at, parent);
        at = parent;
      }
    },
    takeFirst: () => {
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return;
      heap[0] = last;
      sink();
    },
  };
}
