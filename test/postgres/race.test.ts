import { beforeAll, describe, expect, test } from 'vitest';
import { ALL_VERSIONS } from '../support/postgres-server.ts';
import { type RaceResult, raceOn, together } from '../support/race-run.ts';

/** Together on all versions: at least 2,500 and 300. */
const AT_LEAST = { guarded: 500, 'two-step': 60, 'one-liner': 60 };
/** Per thousand terminations, inside a transaction. */
const ALLOWED = 2;

/** Where a signal meets a client whose session was seen idle, as the clients tell it. */
describe('Ending idle sessions of a pool that commits hundreds of transactions a second', () => {
  const results: RaceResult[] = [];
  // Each version has the time of a hook: all five take some minutes where a session takes long to open.
  for (const version of ALL_VERSIONS) {
    beforeAll(async () => void results.push(...(await raceOn(version, AT_LEAST))));
  }

  const perThousandInside = ({ inside, signalled }: RaceResult) => (1_000 * inside) / signalled;

  test('through the guard hits at most 2 in 1,000 inside a transaction', () => {
    const guarded = together(results, 'guarded');
    expect(guarded.signalled).toBeGreaterThanOrEqual(2_000);
    expect(perThousandInside(guarded)).toBeLessThanOrEqual(ALLOWED);
  });

  test('through the guard lets those go that woke up since the look, which are many', () => {
    expect(together(results, 'guarded').letGo).toBeGreaterThan(300);
  });

  test('by their pids alone hits more than ten times as many', () => {
    const naive = together(results, 'two-step');
    expect(naive.signalled).toBeGreaterThanOrEqual(300);
    expect(perThousandInside(naive)).toBeGreaterThan(10 * ALLOWED);
  });

  test('in one statement for all meets clients at work as well', () => {
    const oneLiner = together(results, 'one-liner');
    expect(oneLiner.signalled).toBeGreaterThanOrEqual(300);
    expect(oneLiner.first + oneLiner.inside).toBeGreaterThan(0);
  });
});
