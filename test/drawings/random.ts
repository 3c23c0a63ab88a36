/** Random numbers that a seed repeats (mulberry32), with the distributions that drawings need. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  whole(least: number, most: number): number {
    return Math.floor(this.between(least, most + 1));
  }

  /** As many between 1 and 10 as between 10 and 100. */
  log(least: number, most: number): number {
    return least * (most / least) ** this.next();
  }

  wholeLog(least: number, most: number): number {
    return Math.min(most, Math.floor(this.log(least, most + 1)));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** The time to the next event of a process without memory. */
  wait(mean: number): number {
    return -Math.log(1 - this.next()) * mean;
  }

  oneOf<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.next() * items.length)];
    if (item === undefined) throw new Error('Nothing to choose from');
    return item;
  }

  shuffled<Item>(items: readonly Item[]): readonly Item[] {
    return items
      .map((item) => ({ item, at: this.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item);
  }
}
