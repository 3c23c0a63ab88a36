import { beforeAll, describe, expect, test } from 'vitest';
import { VERSIONS } from '../support/postgres-server.ts';
import { type RaceResult, raceOn, together } from '../support/race-run.ts';

/** How many each strategy ends on each version, at least. */
const AT_LEAST = { guarded: 500, 'two-step': 60, 'one-liner': 60 };
const TOGETHER = { guarded: 500 * VERSIONS.length, others: 60 * VERSIONS.length };
const MANY = 60 * VERSIONS.length;

/** Where a signal meets a client whose session was seen idle, as the clients tell it. */
describe('Ending idle sessions of a pool that commits hundreds of transactions a second', () => {
  const results: RaceResult[] = [];
  // Each version has the time of a hook: all of them take some minutes where a session takes long to open.
  for (const version of VERSIONS) {
    beforeAll(async () => void results.push(...(await raceOn(version, AT_LEAST))));
  }

  const shareInside = ({ inside, signalled }: RaceResult) => inside / signalled;

  // How many these are depends on how long a process waits for its turn on a CPU: `npm run bench -- race` bounds them.
  test('through the guard hits at most a twentieth as many inside a transaction as by their pids alone', () => {
    const [guarded, naive] = [together(results, 'guarded'), together(results, 'two-step')];
    expect(guarded.signalled).toBeGreaterThanOrEqual(TOGETHER.guarded);
    expect(naive.signalled).toBeGreaterThanOrEqual(TOGETHER.others);
    expect(shareInside(guarded)).toBeLessThanOrEqual(shareInside(naive) / 20);
  });

  test('through the guard lets those go that woke up since the look, which are many', () => {
    expect(together(results, 'guarded').letGo).toBeGreaterThan(MANY);
  });

  test('in one statement for all meets clients at work as well', () => {
    const oneLiner = together(results, 'one-liner');
    expect(oneLiner.signalled).toBeGreaterThanOrEqual(TOGETHER.others);
    expect(oneLiner.first + oneLiner.inside).toBeGreaterThan(0);
  });
});
