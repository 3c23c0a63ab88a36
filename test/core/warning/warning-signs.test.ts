import { describe, expect, test } from 'vitest';
import { forecastIn } from '../../../functions/core/warning/warning-signs.ts';
import { DAY, MINUTE, NOON, playCounts, usedBefore } from './play-counts.ts';

/** Counts five minutes apart, the last one now. */
const forecastOf = (used: readonly number[], usable = 100) =>
  forecastIn(used.map((each, index) => ({ at: NOON + index * 5 * MINUTE, used: each, usable })));
const steady = (level: number, count: number) => Array<number>(count).fill(level);

describe('A forecast', () => {
  test.each([
    ['a full server within an hour', [50, 55, 60], 100, true],
    ['a server that is full in more than an hour', [50, 54, 58, 62, 65, 68, 71], 120, false],
    ['no count', [], 100, false],
    ['two counts', [70, 80], 100, false],
    ['the third count at 40 %', [26, 33, 40], 100, true],
    ['a third count below 40 %', [25, 32, 39], 100, false],
    ['three slots more of a small server', [15, 16, 18], 20, false],
    ['four slots more of a small server', [14, 16, 18], 20, true],
    ['four percent more of a large server', [940, 960, 980], 1_000, false],
    ['five percent more of a large server', [930, 955, 980], 1_000, true],
    ['a rise that stops', [45, 59, 73, 73], 100, false],
  ] as const)('of %s', (_, used, usable, isForetold) => {
    expect(forecastOf(used, usable) !== null).toBe(isForetold);
  });

  test('of three counts within four minutes is none, and of five minutes one', () => {
    const apart = (ms: number) =>
      forecastIn([50, 60, 70].map((used, index) => ({ at: NOON + index * ms, used, usable: 100 })));
    expect(apart(2 * MINUTE)).toBeNull();
    expect(apart(2.5 * MINUTE)).not.toBeNull();
  });

  test('has the fastest pace of the last hour, as the latest counts have it', () => {
    const slow = [40, 41, 42, 43, 44, 45, 46, 47, 48];
    expect(forecastOf([...slow, 55, 62, 69])).toMatchObject({ perHour: 84 });
  });
});

describe('A warning that was wrong', () => {
  test('of a forecast is over after twice the foretold time, though use has not fallen', () => {
    const { news } = playCounts([45, 45, 52, 59, ...steady(59, 13), 66, 73, 80]);
    expect(news.map(({ kind }) => kind)).toEqual(['forecast', 'forecast']);
  });

  test('of a tier makes people wait for 105 minutes where another hour was as high', () => {
    const before = usedBefore((hour) => (hour === 3 ? 80 : 50));
    const from = { ...before, mistakenAt: { tier: NOON - DAY, forecast: null } };
    expect(playCounts([50, ...steady(79, 23)], { from }).news).toMatchObject([{ percent: 75, count: 22 }]);
    const longAgo = { ...from, mistakenAt: { tier: NOON - 21 * DAY, forecast: null } };
    expect(playCounts([50, ...steady(79, 23)], { from: longAgo }).news).toMatchObject([
      { percent: 75, count: 8 },
    ]);
  });
});
