import { describe, expect, test } from 'vitest';
import { followIncident } from '../../../functions/core/incident/follow-incident.ts';
import { NOTHING_REMEMBERED } from '../../../functions/core/incident/memory.ts';
import { ownTriesOf } from '../../../functions/core/run/own-tries.ts';
import type { Connecting } from '../../../functions/core/run/record.ts';
import { aRun } from '../../support/summaries.ts';

const NO_STEP = {
  connected: null,
  locked: null,
  snapshot: null,
  planned: null,
  terminated: null,
  verified: null,
  settled: null,
};
const STARTED = '2026-11-21T03:15:00.000Z';
const full = (count: number) => ({ sqlstate: '53300', routine: 'InitProcess', count });

function triesOf(connecting: Connecting, connected: number | null) {
  return ownTriesOf({ connecting, startedAt: STARTED, timings: { ...NO_STEP, connected, finished: 20_500 } });
}

describe('Of its own tries to get in', () => {
  test('a run that got in at once leaves none', () => {
    expect(triesOf({ attempts: 1, refusals: [] }, 12)).toBeNull();
  });

  test('a run that got in later leaves those that were refused, until it was in', () => {
    expect(triesOf({ attempts: 14, address: '10.0.3.7', refusals: [full(12)] }, 700)).toEqual({
      from: STARTED,
      to: '2026-11-21T03:15:00.700Z',
      tries: 13,
      address: '10.0.3.7',
    });
  });

  test('a run that never got in leaves all, until it ended; those without an answer may have been refused', () => {
    const unanswered = { sqlstate: '', routine: '', count: 3 };
    expect(triesOf({ attempts: 155, address: '10.0.3.7', refusals: [full(152), unanswered] }, null)).toEqual({
      from: STARTED,
      to: '2026-11-21T03:15:20.500Z',
      tries: 155,
      address: '10.0.3.7',
    });
  });

  test('those that the server refused for another reason are not among them', () => {
    const wrong = { sqlstate: '28P01', routine: 'auth_failed', count: 4 };
    expect(triesOf({ attempts: 4, refusals: [wrong] }, null)).toBeNull();
    expect(triesOf({ attempts: 9, refusals: [full(5), wrong] }, null)).toMatchObject({
      tries: 5,
      address: null,
    });
  });
});

describe('Our own tries are remembered', () => {
  const withTries = (minutes: number, tries: number) => {
    const run = aRun(minutes, { outcome: 'cannot-connect' });
    return { ...run, ownTries: { from: run.startedAt, to: run.startedAt, tries, address: null } };
  };

  test('of a quiet run too, and once for each run, however often it is reported', () => {
    const run = { ...withTries(0, 7), outcome: 'healthy' as const, refused: false };
    const once = followIncident(NOTHING_REMEMBERED, run, 0).memory;
    expect(once.ownTries).toEqual([run.ownTries]);
    expect(followIncident(once, run, 0).memory.ownTries).toEqual([run.ownTries]);
  });

  test('of the six newest runs that had any', () => {
    const runs = Array.from({ length: 9 }, (_, at) => withTries(at, at + 1));
    const late = withTries(-1, 99);
    const memory = [...runs, aRun(10), late].reduce(
      (known, run) => followIncident(known, run, 0).memory,
      NOTHING_REMEMBERED,
    );
    expect(memory.ownTries.map(({ tries }) => tries)).toEqual([4, 5, 6, 7, 8, 9]);
  });
});
