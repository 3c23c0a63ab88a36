import { describe, expect, test } from 'vitest';
import { NO_HOURS, usualUse, withHour, withPast } from '../../../functions/core/warning/usual-hours.ts';
import { parseWarningDocument, warningDocument } from '../../../functions/core/warning/warning-document.ts';
import { DEFAULT_WARNINGS } from '../../../functions/core/warning/warning-settings.ts';
import {
  countSlots,
  isCounted,
  NOTHING_COUNTED,
  type WarningState,
} from '../../../functions/core/warning/warning-state.ts';
import { DAY, HOUR, MINUTE, NOON, playCounts, usedBefore } from './play-counts.ts';

const steady = (level: number, count: number) => Array<number>(count).fill(level);
const isNoon = (hour: number) => hour === 12;

describe('A warning', () => {
  test('comes when the pace of the last hour fills the server within an hour, and says when', () => {
    const { news } = playCounts([45, 45, 45, 52, 59, 66]);
    expect(news).toMatchObject([{ kind: 'forecast', count: 4 }]);
    const [first] = news;
    if (first?.kind !== 'forecast') throw new Error('No forecast.');
    expect(first.fullInMs / MINUTE).toBeCloseTo(29, 0);
    expect(first.perHour).toBeCloseTo(84, 0);
  });

  test('does not come where use moves, and rises in no line', () => {
    expect(playCounts([50, 55, 48, 57, 51, 58, 49, 56]).news).toEqual([]);
  });

  test('does not come below 40 %, where a start looks like a leak', () => {
    expect(playCounts([10, 17, 24, 31, 38]).news).toEqual([]);
  });

  test('comes at a tier that is kept for five minutes, and once in an episode', () => {
    const { news } = playCounts([70, 71, 76, 76, 76, 77, 86, 86, 86, 76, 74, 76]);
    expect(news).toMatchObject([{ kind: 'tier', percent: 75, count: 3 }]);
  });

  test('comes at 95 % at once', () => {
    expect(playCounts([70, 96]).news).toMatchObject([{ kind: 'tier', percent: 95, count: 1 }]);
  });

  test('comes again after use was five points below the lowest tier', () => {
    const { news } = playCounts([...steady(76, 4), 71, 71, 76, 76, 69, 76, 76]);
    expect(news.map(({ count }) => count)).toEqual([1, 10]);
  });

  test('does not come again while use moves around the lowest tier', () => {
    expect(playCounts([76, 76, 72, 76, 71, 77, 72, 76, 76]).news).toHaveLength(1);
  });

  test('comes again after a restart, when the same leak begins anew', () => {
    const { news } = playCounts([45, 52, 59, 66, 73, 80, 2, 20, 41, 48, 55, 62, 69]);
    expect(news.map(({ kind }) => kind)).toEqual(['forecast', 'forecast']);
  });

  test('does not come after a pause in a leak that people know of', () => {
    expect(playCounts([45, 52, 59, 66, 66, 66, 73, 80, 87]).news).toHaveLength(1);
  });

  test('has its tiers in percent of the slots of now when max_connections changed, and no pace across the change', () => {
    const before = playCounts([70, 70, 70]);
    const fewer = { from: before.state, at: NOON + 15 * MINUTE, usable: 90 };
    expect(playCounts([70, 70], fewer).news).toMatchObject([{ kind: 'tier', percent: 75, count: 1 }]);
    const more = { from: before.state, at: NOON + 15 * MINUTE, usable: 200 };
    expect(playCounts([90, 110], more).news).toEqual([]);
  });
});

describe('A warning of what is usual', () => {
  test('does not come at a tier inside the range of the same hour in three weeks, but for 95 %', () => {
    expect(playCounts(steady(80, 6)).news).toHaveLength(1);
    const from = usedBefore((hour) => (isNoon(hour) ? 78 : 50));
    // At another hour it would be told after 35 minutes.
    expect(playCounts(steady(80, 11), { from }).news).toEqual([]);
    const exact = usedBefore((hour) => (isNoon(hour) ? 75 : 50));
    expect(playCounts(steady(80, 11), { from: exact }).news).toEqual([]);
    const lower = usedBefore((hour) => (isNoon(hour) ? 74 : 50));
    expect(playCounts(steady(80, 11), { from: lower }).news).toMatchObject([{ percent: 75, count: 1 }]);
    expect(playCounts(steady(87, 6), { from }).news).toMatchObject([{ kind: 'tier', percent: 85, count: 1 }]);
    const full = usedBefore(() => 99);
    expect(playCounts([96, 96], { from: full }).news).toMatchObject([
      { kind: 'tier', percent: 95, count: 0 },
    ]);
  });

  test('waits for 35 minutes at a tier that is usual at another hour: a deployment is over by then', () => {
    const from = usedBefore((hour) => (hour === 3 ? 80 : 50));
    expect(playCounts([50, ...steady(79, 7), 50], { from }).news).toEqual([]);
    expect(playCounts([50, ...steady(79, 8)], { from }).news).toMatchObject([{ percent: 75, count: 8 }]);
  });

  test('does not come for a rise that stays inside the usual range', () => {
    const rise = [45, 52, 59, 66, 73];
    expect(playCounts(rise, { from: usedBefore(() => 74) }).news).toEqual([]);
    expect(playCounts(rise, { from: usedBefore(() => 60) }).news).toMatchObject([{ kind: 'forecast' }]);
  });

  test('comes for a rise up to a peak of one day, and not up to one of two days', () => {
    const rise = [45, 52, 59, 66, 73];
    const before = usedBefore(() => 50);
    const peakOf = (days: readonly number[]) => {
      const peaks = days.map((day) => ({ at: NOON - day * DAY, used: 80, usable: 100 }));
      return { ...before, hours: withPast(before.hours, peaks) };
    };
    expect(playCounts(rise, { from: peakOf([4]) }).news).toMatchObject([{ kind: 'forecast', count: 2 }]);
    expect(playCounts(rise, { from: peakOf([4, 11]) }).news).toEqual([]);
  });

  test('needs a forecast for five more minutes after one that was wrong', () => {
    const wrong = playCounts([45, 45, 52, 59, 59, ...steady(50, 4)]);
    expect(wrong.news).toHaveLength(1);
    expect(wrong.state.mistakenAt.forecast).not.toBeNull();
    const again = playCounts([45, 45, 52, 59, 66], { from: wrong.state, at: NOON + 2 * HOUR });
    expect(again.news).toMatchObject([{ kind: 'forecast', count: 4 }]);
  });
});

describe('Quiet hours', () => {
  const settings = { ...DEFAULT_WARNINGS, quietHours: { from: '11:00', to: '13:00', zone: 'UTC' } };

  test('hold a tier back until they end, unless it is 95 %', () => {
    const { news } = playCounts(steady(80, 15), { settings });
    expect(news).toMatchObject([{ kind: 'tier', percent: 75, count: 12 }]);
    expect(playCounts([80, 80, 96], { settings }).news).toMatchObject([{ percent: 95, count: 2 }]);
  });

  test('hold no forecast back that comes true in them', () => {
    expect(playCounts([45, 52, 59, 66, 73], { settings }).news).toMatchObject([
      { kind: 'forecast', count: 2 },
    ]);
  });

  test('hold a forecast back that comes true after their end', () => {
    const late = { settings, at: NOON + 45 * MINUTE };
    expect(playCounts([45, 52, 59, 66, 73], late).news).toMatchObject([{ kind: 'forecast', count: 3 }]);
  });

  test('tell nothing of what is over before they end', () => {
    expect(playCounts([...steady(80, 6), ...steady(50, 12)], { settings }).news).toEqual([]);
  });
});

describe('Other schedules', () => {
  test.each([1, 2, 15, 30, 60])('of %i minutes tell a tier once, and in time', (minutes) => {
    const everyMs = minutes * MINUTE;
    const { news } = playCounts([...steady(50, 5), ...steady(80, 40)], { everyMs });
    expect(news).toHaveLength(1);
    expect((news[0]?.count ?? 0) * minutes - 5 * minutes).toBeLessThanOrEqual(Math.max(8, minutes));
  });

  test.each([1, 2])('of %i minutes see a leak of an hour', (minutes) => {
    const leak = Array.from({ length: 60 / minutes }, (_, index) =>
      Math.round(45 + (55 * index * minutes) / 60),
    );
    const { news } = playCounts([...steady(45, 30), ...leak], { everyMs: minutes * MINUTE });
    expect(news).toMatchObject([{ kind: 'forecast' }]);
    expect(60 - ((news[0]?.count ?? 0) - 30) * minutes).toBeGreaterThan(24);
  });
});

describe('What is kept', () => {
  test('is below a kilobyte, with key and attribute names', () => {
    let state: WarningState = {
      ...usedBefore(() => 99),
      mistakenAt: { tier: NOON, forecast: NOON },
      askedAt: NOON,
    };
    for (let count = 0; count < 40; count += 1) {
      const now = { at: NOON + count * 5 * MINUTE, used: 9_300 + count * 10, usable: 9_997 };
      state = countSlots(state, now, DEFAULT_WARNINGS).state;
    }
    expect(state.episode?.told).not.toBeNull();
    expect(state.counts).toHaveLength(24);
    const bytes = Buffer.byteLength(`server${'x'.repeat(40)}/counts counts${warningDocument(state)}`);
    expect(bytes).toBeLessThan(1_024);
  });

  test.each([5, 15, 60])('is the last 24 counts, also where they are %i minutes apart', (minutes) => {
    const used = Array.from({ length: 40 }, (_, index) => 45 + (index % 2));
    const { state } = playCounts(used, { everyMs: minutes * MINUTE });
    const [first, last] = [state.counts[0]?.at ?? 0, state.counts.at(-1)?.at ?? 0];
    expect(state.counts).toHaveLength(24);
    expect((last - first) / MINUTE).toBe(23 * minutes);
  });

  test.each([
    [40, 100, true],
    [39, 100, false],
    [0, 0, false],
  ])('begins where 40 percent are used: %i of %i', (used, usable, is) => {
    expect(isCounted({ at: NOON, used, usable })).toBe(is);
  });

  test('reaches back more than an hour where runs come each minute', () => {
    const { counts } = playCounts(steady(50, 200), { everyMs: MINUTE }).state;
    expect(counts).toHaveLength(24);
    expect((counts.at(-1)?.at ?? 0) - (counts[0]?.at ?? 0)).toBeGreaterThan(HOUR);
  });

  test.each([
    [65, 3],
    [66, 1],
  ])('of counts before %i minutes without one is what belongs to one rise', (minutes, count) => {
    const { state } = playCounts([50, 51]);
    const after = { from: state, at: NOON + (5 + minutes) * MINUTE };
    expect(playCounts([52], after).state.counts).toHaveLength(count);
  });

  test('comes back as it was', () => {
    const { state } = playCounts([45, 45, 52, 59, 66], { from: usedBefore(() => 50) });
    expect(parseWarningDocument(warningDocument(state))).toEqual(state);
  });

  test.each(['', 'x', '{}', '{"at":1,"counts":[[1]]}', 'null'])('%s is nothing counted', (text) => {
    expect(parseWarningDocument(text)).toEqual(NOTHING_COUNTED);
  });

  test('changes nothing when a run is counted again, or late', () => {
    const { state } = playCounts([50, 60]);
    for (const at of [NOON, NOON + 5 * MINUTE]) {
      const again = countSlots(state, { at, used: 96, usable: 100 }, DEFAULT_WARNINGS);
      expect(again).toEqual({ state, news: null });
    }
  });

  test('hours without a run are not usual, nor are those of more than three weeks ago', () => {
    const hours = withHour(NO_HOURS, { at: NOON, used: 80, usable: 100 });
    const at = (days: number) => usualUse(hours, { at: NOON + days * DAY, usable: 200 });
    expect(at(1)).toEqual({ highest: 160, onTwoDays: 0, everHighest: 160 });
    expect(at(21)).toEqual({ highest: 160, onTwoDays: 0, everHighest: 160 });
    expect(at(22)).toEqual({ highest: 0, onTwoDays: 0, everHighest: 0 });
    const later = usualUse(hours, { at: NOON + DAY + 3 * HOUR, usable: 100 });
    expect(later).toEqual({ highest: 0, onTwoDays: 0, everHighest: 80 });
  });

  test('the hour before does not make its own rise usual', () => {
    const hours = withHour(NO_HOURS, { at: NOON, used: 80, usable: 100 });
    expect(usualUse(hours, { at: NOON + HOUR, usable: 100 })).toEqual({
      highest: 0,
      onTwoDays: 0,
      everHighest: 0,
    });
    expect(usualUse(hours, { at: NOON + 2 * HOUR, usable: 100 })).toEqual({
      highest: 0,
      onTwoDays: 0,
      everHighest: 80,
    });
  });
});
