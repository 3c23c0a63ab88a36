import { expect, test } from 'vitest';
import { recentRegistry } from '../../functions/fleet/recent-registry.ts';

function stage() {
  const clock = { now: 0, reads: 0, fails: false };
  const read = async () => {
    clock.reads += 1;
    if (clock.fails) throw new Error('no answer');
    return [{ key: `read ${clock.reads}`, texts: {} }];
  };
  return { clock, recent: recentRegistry(read, 20_000, () => clock.now) };
}

test('A registry is read again when its time is over, and not before', async () => {
  const { clock, recent } = stage();
  for (const now of [0, 10_000, 19_999]) {
    clock.now = now;
    expect(await recent()).toEqual([{ key: 'read 1', texts: {} }]);
  }
  clock.now = 20_000;
  expect(await recent()).toEqual([{ key: 'read 2', texts: {} }]);
});

test('A read that failed is made again at once', async () => {
  const { clock, recent } = stage();
  clock.fails = true;
  await expect(recent()).rejects.toThrow('no answer');
  clock.fails = false;
  expect(await recent()).toEqual([{ key: 'read 2', texts: {} }]);
});
