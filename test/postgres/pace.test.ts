import { describe, expect, test } from 'vitest';
import { lookingPace, newPace } from '../../functions/postgres/connection/pace.ts';

const CONNECT_MS = 20_000;

/** When a run that is refused at once each time begins its tries, in milliseconds. */
function triesOf(pace = newPace(), from = 0, isSpaced = false): readonly number[] {
  pace.begin(from, from + CONNECT_MS);
  const begun: number[] = [];
  for (let now = from; ; ) {
    const waitMs = pace.next(now, isSpaced);
    if (waitMs === null || now + waitMs >= from + CONNECT_MS) return begun;
    now += waitMs;
    begun.push(now);
  }
}

describe('A run that tries to get in', () => {
  test('makes its first try at once, at most 140 while it is eager, and one a second then', () => {
    const tries = triesOf();
    expect(tries[0]).toBe(0);
    expect(tries.filter((at) => at < 5_000).length).toBeLessThanOrEqual(141);
    expect(tries.filter((at) => at < 5_000).length).toBeGreaterThan(100);
    const later = tries.filter((at) => at > 6_000);
    const gaps = later.slice(1).map((at, index) => at - (later[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(999);
    expect(tries.length).toBeLessThanOrEqual(158);
  });

  test('makes no more than 160 in all where it has to get in twice, and some of them then', () => {
    const pace = newPace();
    const [first, second] = [triesOf(pace), triesOf(pace, 30_000)];
    expect(first.length + second.length).toBeLessThanOrEqual(160);
    expect(second.length).toBeGreaterThan(1);
  });

  test('makes fewer with IAM, evenly', () => {
    const tries = triesOf(newPace(), 0, true);
    expect(tries.length).toBeLessThanOrEqual(100);
    expect(tries.length).toBeGreaterThan(50);
  });

  test('makes 20, one a second, where a person only looks, and occupies no queue', () => {
    const pace = lookingPace();
    const tries = triesOf(pace);
    expect(tries.length).toBeLessThanOrEqual(20);
    const gaps = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(999);
    expect(pace.eagerMs(0)).toBe(0);
  });

  test('makes as many as it is given', () => {
    const tries = triesOf(newPace({ eagerTries: 0, mostTries: 10 }));
    expect(tries.length).toBeLessThanOrEqual(10);
    expect(tries.length).toBeGreaterThan(7);
  });
});
