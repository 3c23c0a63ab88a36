import { describe, expect, test } from 'vitest';
import { clockTime } from '../../../functions/render/page/clock.ts';
import { beganAt, momentsOf } from '../../../functions/render/page/timeline.ts';
import { INCIDENTS } from '../../support/incidents.ts';
import { factsOfPage, RECORDED, recorded } from '../../support/page-facts.ts';

const told = (name: string) => {
  const began = beganAt(factsOfPage(recorded(name)));
  return began && [began.sign, clockTime(began.atMs, began.atMs)];
};

describe('since when, by the clock', () => {
  test.each([
    ['connection-leak-half-used', ['opened', '23:25:27']],
    ['slow-queries-api-without-index', ['started', '23:53:06']],
    ['idle-in-transaction-orm', ['left', '23:49:41']],
    ['lock-pile-up-behind-a-migration', ['waited', '23:53:40']],
    ['reconnect-storm-nameless-pods', ['refused', '00:00:32']],
  ])('%s shows it', (name, expected) => {
    expect(told(name)).toEqual(expected);
  });

  test('nothing shows it without a refusal, a wait or an opening', () => {
    expect(told('limit-too-low-a-dozen-teams')).toBeNull();
  });
});

describe('the timeline', () => {
  test('goes from the first session of a leak to the forecast', () => {
    const moments = momentsOf(factsOfPage(INCIDENTS.recovered()));
    expect(moments.map(({ atMs, text }) => `${clockTime(atMs, atMs)} ${text}`)).toEqual([
      '01:04:43 first of these sessions opened',
      '03:15:42 the alarm goes off',
      '03:15:43 this run looks: 57 of 57 slots used',
      '03:15:43 10 sessions ended',
      '03:15:46 looks again: 49 used',
      '03:41:50 full again at this rate, in about 26 minutes',
    ]);
  });

  test('has the opening of the incident when an earlier run opened it', () => {
    const place = {
      incident: { id: 'another-run', openedAt: '2026-11-21T02:44:00.000Z', runs: 4, ended: 21 },
      earlier: [],
      indexUrl: null,
    };
    expect(momentsOf(factsOfPage(INCIDENTS.recovered(), place))).toContainEqual({
      atMs: Date.parse('2026-11-21T02:44:00.000Z'),
      text: 'the incident opens',
      look: 'run',
    });
  });

  test('forecasts nothing after a run whose slots were re-taken', () => {
    expect(momentsOf(factsOfPage(INCIDENTS.refilled())).some(({ look }) => look === 'ahead')).toBe(false);
  });

  test('is by our clock when the clock of the server is an hour ahead', () => {
    const run = INCIDENTS.recovered();
    const ahead = { ...run, startedAt: new Date(Date.parse(run.startedAt) - 3_600_000).toISOString() };
    expect(clockTime(momentsOf(factsOfPage(ahead))[0]?.atMs ?? 0, 0)).toContain('00:04:43');
  });

  test('is in order for every recorded incident', () => {
    for (const facts of RECORDED.values()) {
      const times = momentsOf(facts).map(({ atMs }) => atMs);
      expect(times.every(Number.isFinite)).toBe(true);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });
});
