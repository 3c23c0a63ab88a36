/** How long Lambda leaves a throttled event in its queue before it tries again: twice as long each time. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 300_000;

/**
 * A function's reserved concurrency. An event that finds no place is throttled and tried again when one comes free, beside
 * all others that wait; what it would have waited in Lambda is felt by its age alone.
 */
export class Concurrency {
  readonly #most: number;
  #running = 0;
  #next = Promise.withResolvers<void>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Resolves with the milliseconds that the event has aged: in a place, or out of the queue with more than it had left. */
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
