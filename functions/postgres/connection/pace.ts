/**
 * How fast a run tries to connect. While refused clients storm the server, a reserved slot is free for milliseconds only.
 * So a run tries every 36 ms at first, and every second later. Each try is a line in the server's log, so the number of
 * tries in one run is limited.
 */

/** The first 5 s of a connect: one try every 36 ms. */
const EAGER = { tries: 140, forMs: 5_000 } as const;
const PATIENT_MS = 1_000;
/** The limit for one run, which may have to connect twice, for 20 s each time. */
const MOST_TRIES = 160;
/** The shortest and the longest gap with IAM, where the server calls another service for each try. */
const SPACED_MS = [200, 400] as const;

export type Pace = {
  /** Begins a connect that ends at `deadline`. Earlier tries of the run still count. */
  readonly begin: (now: number, deadline: number) => void;
  /** Takes one try. Returns the milliseconds to wait before it, or null if no try is left. */
  readonly next: (now: number, isSpaced: boolean) => number | null;
  /** For how many milliseconds tries will come close together. */
  readonly eagerMs: (now: number) => number;
};

/** The pace of one run. `eagerTries` is the number of tries that may come close together. */
export function newPace({ eagerTries = EAGER.tries as number, mostTries = MOST_TRIES } = {}): Pace {
  let [tries, eager] = [0, 0];
  let [eagerUntil, deadline, turnAt] = [0, 0, 0];
  const gapMs = (at: number, isSpaced: boolean): number => {
    if (isSpaced) return jittered((SPACED_MS[0] + SPACED_MS[1]) / 2, 0.33);
    if (eager < eagerTries && at < eagerUntil) {
      eager += 1;
      return jittered(EAGER.forMs / EAGER.tries, 0.5);
    }
    // The remaining tries are spread until the deadline.
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
    eagerMs: (now) => (eager < eagerTries ? Math.max(0, Math.min(eagerUntil, deadline) - now) : 0),
  };
}

/**
 * For a person who only looks. No client waits for a slot, so tries never come close together: 20 of them, one a second, and
 * no row of connections (decision 65).
 */
export function lookingPace(): Pace {
  return newPace({ eagerTries: 0, mostTries: 20 });
}

/** Varies the time by up to this share, so that clients which were refused together do not all return together. */
function jittered(ms: number, share: number): number {
  return ms * (1 + share * (2 * Math.random() - 1));
}
