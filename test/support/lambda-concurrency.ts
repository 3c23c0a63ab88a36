/** Time until Lambda tries a throttled event again; it doubles each time. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 300_000;

/**
 * A function's reserved concurrency. An event without a free place is throttled, and tried again when one becomes free,
 * together with all others that wait. No time passes: the waiting time in Lambda is only added to the event's age.
 */
export class Concurrency {
  readonly #most: number;
  #running = 0;
  #next = Promise.withResolvers<void>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Resolves with the milliseconds that the event has aged, when it has a place or is older than `leftMs` allows. */
  async enter(leftMs: number): Promise<number> {
    let aged = 0;
    for (let wait = FIRST_WAIT_MS; this.#running >= this.#most; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      aged += wait;
      if (aged > leftMs) return aged;
      await this.#next.promise;
    }
    this.#running += 1;
    return aged;
  }

  leave(): void {
    this.#running -= 1;
    this.#next.resolve();
    this.#next = Promise.withResolvers<void>();
  }
}
