import type { Random } from '../../../drawings/random.ts';
import type { As, Open, Scene } from '../../scene.ts';
import { MINUTE, REQUESTS } from './slow-story.ts';

/** What the documentation of a pool says about its lifetimes. */
export type LifetimeRules = {
  readonly size: number;
  readonly lifetimeMs: number;
  /** Each connection's lifetime is shorter or, if negative, longer by up to this share. */
  readonly jitter?: number;
  /** How often the pool looks for connections that are too old; default: a timer for each. */
  readonly sweepMs?: number;
  readonly fillGapMs?: number;
  /** What the driver runs on a new connection. */
  readonly prepared?: string;
  /** Between two requests of the pool on average; none by default. */
  readonly requestEveryMs?: number;
  readonly lending?: 'first' | 'last';
};

type Slot = { client: Open; dueAt: number; usedAt: number };

/** Real sessions of one process, opened, used and replaced as such a pool does it, on the server's clock. */
export class RotatingPool {
  readonly #scene: Scene;
  readonly #random: Random;
  readonly #as: As;
  readonly #rules: LifetimeRules;
  readonly #slots: Slot[] = [];
  #startedAt = 0;
  #requestAt = Number.POSITIVE_INFINITY;

  constructor(scene: Scene, random: Random, as: As, rules: LifetimeRules) {
    this.#scene = scene;
    this.#random = random;
    this.#as = as;
    this.#rules = rules;
  }

  async fill(): Promise<void> {
    this.#startedAt = this.#scene.clock.now();
    for (let at = 0; at < this.#rules.size; at += 1) {
      this.#slots.push(await this.#opened());
      this.#scene.clock.ahead(this.#rules.fillGapMs ?? 20);
    }
    this.#planRequest();
  }

  /** When it does something next. */
  get dueAt(): number {
    return Math.min(this.#requestAt, ...this.#slots.map(({ dueAt }) => dueAt));
  }

  async act(): Promise<void> {
    const now = this.#scene.clock.now();
    for (const slot of this.#slots.filter(({ dueAt }) => dueAt <= now)) {
      await slot.client.end();
      Object.assign(slot, await this.#opened());
    }
    if (this.#requestAt <= now) await this.#request();
  }

  async #opened(): Promise<Slot> {
    const { lifetimeMs, jitter = 0, sweepMs, prepared } = this.#rules;
    const client = await this.#scene.open(this.#as);
    if (prepared !== undefined) await client.query(prepared);
    const now = this.#scene.clock.now();
    const overAt = now + lifetimeMs * (1 - jitter * this.#random.next());
    const dueAt =
      sweepMs === undefined
        ? overAt
        : this.#startedAt + Math.ceil((overAt - this.#startedAt) / sweepMs) * sweepMs;
    return { client, dueAt, usedAt: now };
  }

  async #request(): Promise<void> {
    const { lending = 'first' } = this.#rules;
    const [longest, ...others] = this.#slots.toSorted((a, b) => a.usedAt - b.usedAt);
    const slot = lending === 'first' ? longest : (others.at(-1) ?? longest);
    if (slot) {
      await slot.client.query(this.#random.oneOf(REQUESTS));
      slot.usedAt = this.#scene.clock.now();
    }
    this.#planRequest();
  }

  #planRequest(): void {
    const { requestEveryMs } = this.#rules;
    if (requestEveryMs !== undefined)
      this.#requestAt = this.#scene.clock.now() + this.#random.wait(requestEveryMs);
  }
}

/** Fills the pools, one process after the other, and lets them run. */
export async function rotate(
  { clock }: Scene,
  pools: readonly RotatingPool[],
  forMs: number,
  betweenMs = MINUTE / 2,
): Promise<void> {
  for (const pool of pools) {
    await pool.fill();
    clock.ahead(betweenMs);
  }
  const endsAt = clock.now() + forMs;
  for (;;) {
    const next = pools.reduce((first, pool) => (pool.dueAt < first.dueAt ? pool : first));
    if (next.dueAt >= endsAt) break;
    clock.setTo(next.dueAt);
    await next.act();
  }
  clock.setTo(endsAt);
}
