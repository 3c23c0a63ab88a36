/**
 * How fast a run tries to get in. A reserved slot is free for milliseconds only while refused clients storm the server, so
 * tries come close together at first, and one a second later. Each try is a line in the server's log: all tries of a run
 * together stay below a number.
 */

/** Tries while a run is eager, and for how long it is: one every 36 ms. */
const EAGER = { tries: 140, forMs: 5_000 } as const;
const PATIENT_MS = 1_000;
/** A run may have to get in twice, 20 s each time. */
const MOST_TRIES = 160;
/** With IAM each try costs the server a call to somebody else. */
const SPACED_MS = [200, 400] as const;

export type Pace = {
  /** Begins to get in, until `deadline`. The tries of before still count. */
  readonly begin: (now: number, deadline: number) => void;
  /** Takes the next turn: the milliseconds to wait for it, or null where there is none left. */
  readonly next: (now: number, isSpaced: boolean) => number | null;
};

/** The pace of one run. `eagerTries` is how many of its tries may come close together. */
export function newPace({ eagerTries = EAGER.tries as number, mostTries = MOST_TRIES } = {}): Pace {
  let [tries, eager] = [0, 0];
  let [eagerUntil, deadline, turnAt] = [0, 0, 0];
  const gapMs = (at: number, isSpaced: boolean): number => {
    if (isSpaced) return jittered((SPACED_MS[0] + SPACED_MS[1]) / 2, 0.33);
    if (eager < eagerTries && at < eagerUntil) {
      eager += 1;
      return jittered(EAGER.forMs / EAGER.tries, 0.5);
    }
    // Those that are left last until the deadline.
    return Math.max(PATIENT_MS, (deadline - at) / Math.max(1, mostTries - tries));
  };
  return {
    begin: (now, until) => {
      [eagerUntil, deadline, turnAt] = [now + EAGER.forMs, until, now];
    },
    next: (now, isSpaced) => {
      if (tries >= mostTries) return null;
      const at = Math.max(now, turnAt);
      tries += 1;
      turnAt = at + gapMs(at, isSpaced);
      return at - now;
    },
  };
}

/** Up to this share more or less: others that were refused at the same moment do not come again at the same moment. */
function jittered(ms: number, share: number): number {
  return ms * (1 + share * (2 * Math.random() - 1));
}
