import { describe, expect, test } from 'vitest';
import { parseWarningDocument, warningDocument } from '../../../functions/core/warning/warning-document.ts';
import {
  afterTrouble,
  NOTHING_COUNTED,
  type WarningState,
} from '../../../functions/core/warning/warning-state.ts';
import { DAY, HOUR, MINUTE, NOON, playCounts, usedBefore } from './play-counts.ts';

const steady = (level: number, count: number) => Array<number>(count).fill(level);
/** Use rises to a level within 25 minutes, stays for a quarter of an hour, and falls. */
const batchTo = (top: number) => {
  const step = (top - 45) / 5;
  const rise = Array.from({ length: 6 }, (_, index) => Math.round(45 + index * step));
  return [45, ...rise, ...steady(top, 3), 60, ...steady(45, 14)];
};
/** Each begins two hours later than the day before, so that it is at no hour usual. */
const startOf = (day: number) => NOON + day * (DAY + 2 * HOUR);
const playBatches = (tops: readonly number[], first = 0, begun: WarningState = NOTHING_COUNTED) =>
  tops.reduce(
    ({ state, news }, top, index) => {
      const played = playCounts(batchTo(top), { from: state, at: startOf(first + index) });
      return { state: played.state, news: [...news, played.news.length] };
    },
    { state: begun, news: [] as readonly number[] },
  );
const twoWrong = playBatches([80, 80]).state;
const third = startOf(2);

describe('After two wrong warnings in three weeks', () => {
  test('a rise at another hour that goes as far is not told', () => {
    expect(playBatches([80, 80, 80, 79, 80, 70, 80]).news).toEqual([1, 1, 0, 0, 0, 0, 0]);
  });

  test('a rise is told once it is five points higher', () => {
    const { news } = playCounts([45, 45, 56, 67, 78, 89], { from: twoWrong, at: third });
    expect(news).toMatchObject([{ kind: 'forecast', count: 5 }]);
    const rise = (top: number) => playCounts([45, 55, 65, 75, top], { from: twoWrong, at: third }).news;
    expect(rise(84)).toEqual([]);
    expect(rise(85)).toMatchObject([{ kind: 'forecast', count: 4 }]);
  });

  test('a rise is told once it lasts longer', () => {
    const { wrongRises } = twoWrong;
    expect(wrongRises.map(({ minutes }) => minutes)).toEqual([15, 15]);
    const leak = Array.from({ length: 11 }, (_, index) => 45 + index * 4.5);
    // Three counts make a forecast: it has held for 20 minutes at the seventh.
    expect(playCounts(leak, { from: twoWrong, at: third }).news).toMatchObject([
      { kind: 'forecast', count: 6 },
    ]);
  });

  test('a tier is not told that is less than five points above them, a higher one is, and 95 % at once', () => {
    expect(playCounts(steady(76, 23), { from: twoWrong, at: third }).news).toEqual([]);
    expect(playCounts(steady(86, 3), { from: twoWrong, at: third }).news).toMatchObject([{ percent: 85 }]);
    const almost = playBatches([81, 81]).state;
    expect(playCounts(steady(86, 3), { from: almost, at: third }).news).toEqual([]);
    const higher = playBatches([94, 94]).state;
    expect(playCounts(steady(94, 23), { from: higher, at: third }).news).toEqual([]);
    expect(playCounts([45, 95], { from: higher, at: third }).news).toMatchObject([{ percent: 95, count: 1 }]);
  });

  test('one that was higher than the other hides no rise to its own height', () => {
    const { state } = playBatches([80, 90]);
    expect(playCounts([45, 45, 56, 67, 78, 89], { from: state, at: third }).news).toHaveLength(1);
  });

  test('an episode that was told is told once, as before', () => {
    const { news } = playCounts([45, 45, 56, 67, 78, 89, 80, 89, 80, 89], { from: twoWrong, at: third });
    expect(news).toHaveLength(1);
  });

  test('a rise is told again three weeks after the last of them', () => {
    expect(playBatches([80], 30, twoWrong).news).toEqual([1]);
    expect(playBatches([80], 15, twoWrong).news).toEqual([0]);
  });

  test('each rise that is not told, and fills no server, keeps the memory of them', () => {
    const daily = playBatches(steady(80, 40));
    expect(daily.news.reduce((sum, each) => sum + each, 0)).toBe(2);
  });

  test('a rise to 95 % clears them, told early or not', () => {
    const full = playCounts([45, 56, 67, 78, 89, 96, ...steady(45, 14)], { from: twoWrong, at: third });
    expect(full.state.wrongRises).toEqual([]);
    expect(full.state.episode).toBeNull();
    expect(playBatches([80], 3, full.state).news).toEqual([1]);
    const almost = playCounts([45, 56, 67, 78, 89, 94, ...steady(45, 14)], { from: twoWrong, at: third });
    expect(almost.state.wrongRises.at(-1)).toMatchObject({ percent: 94 });
  });

  test('a run under pressure clears them, though its policy acts before 95 %', () => {
    const rise = playCounts([45, 45, 56, 67, 78], { from: twoWrong, at: third });
    const state = afterTrouble(rise.state);
    expect(state).toMatchObject({ wrongRises: [], episode: { rise: { percent: 95 } } });
    const after = playCounts(steady(45, 3), { from: state, at: third + 25 * MINUTE });
    expect(after.state.wrongRises).toEqual([]);
    expect(afterTrouble({ ...twoWrong, episode: null })).toEqual({
      ...twoWrong,
      wrongRises: [],
      episode: null,
    });
  });

  test('a pause in the counts ends an episode as a fall does', () => {
    const broken = playCounts([45, 45, 52, 59, 66], { at: third });
    expect(broken.news).toHaveLength(1);
    const after = playCounts([50], { from: broken.state, at: third + 2 * HOUR });
    expect(after.state.wrongRises).toMatchObject([{ percent: 66, minutes: 5 }]);
    expect(after.state.mistakenAt.forecast).toBe(third + 2 * HOUR);
  });
});

describe('What was not news for another reason', () => {
  test('teaches nothing: a usual rise, and a forecast that did not hold', () => {
    const usual = playCounts(batchTo(80), { from: usedBefore(() => 85) });
    expect(usual.news).toEqual([]);
    expect(usual.state.wrongRises).toEqual([]);
    const from = { ...NOTHING_COUNTED, mistakenAt: { tier: null, forecast: NOON - DAY } };
    const short = playCounts([45, 45, 52, 59, 59, ...steady(45, 3)], { from });
    expect(short.news).toEqual([]);
    expect(short.state.wrongRises).toEqual([]);
  });

  test('is told after quiet hours, which are no habit', () => {
    const settings = { tiers: [75, 85, 95], quietHours: { from: '11:00', to: '13:00', zone: 'UTC' } };
    const { state, news } = playCounts([...steady(80, 6), ...steady(50, 3)], { settings });
    expect(news).toEqual([]);
    expect(state.wrongRises).toEqual([]);
  });
});

describe('Kept', () => {
  test('is what is withheld, and how far it has come', () => {
    const { state } = playCounts([45, 45, 52, 59, 66], { from: twoWrong, at: third });
    expect(state.episode).toMatchObject({ isWithheld: true, rise: { percent: 66, minutes: 5 } });
    expect(parseWarningDocument(warningDocument(state))).toEqual(state);
    const plateau = playCounts(steady(78, 9), { from: twoWrong, at: third }).state;
    expect(plateau.episode).toMatchObject({ told: null, isWithheld: true, foretoldSince: null });
    expect(parseWarningDocument(warningDocument(plateau))).toEqual(plateau);
  });

  test('was less in older texts: their episode rose as high as the counts show, and no warning was wrong', () => {
    const { state } = playCounts([45, 45, 52, 59, 66]);
    const { rise: _rise, wrong: _wrong, ...older } = JSON.parse(warningDocument(state));
    const read = parseWarningDocument(JSON.stringify(older));
    expect(read).toEqual({ ...state, episode: { ...state.episode, rise: { percent: 66, minutes: 0 } } });
    const calm = parseWarningDocument(JSON.stringify({ ...older, told: null, foretold: null }));
    expect(calm).toMatchObject({ episode: null, wrongRises: [] });
  });

  test.each([5, 7, 15, 60])(
    'is below a kilobyte with eight wrong rises and counts %i minutes apart',
    (minutes) => {
      const wrongRises = Array.from({ length: 8 }, (_, index) => ({
        day: Math.floor(NOON / DAY) - 8 + index,
        percent: 94 - index,
        minutes: 63,
      }));
      const used = Array.from({ length: 40 }, (_, index) => 8_500 + index * 20);
      const from = {
        ...usedBefore(() => 99),
        mistakenAt: { tier: NOON, forecast: NOON },
        wrongRises,
        askedAt: NOON,
      };
      for (const told of [true, false]) {
        const scene = { from: told ? { ...from, hours: NOTHING_COUNTED.hours } : from, usable: 9_997 };
        const { state } = playCounts(used, { ...scene, everyMs: minutes * MINUTE });
        const text = warningDocument({ ...state, hours: from.hours });
        const bytes = Buffer.byteLength(`server${'x'.repeat(40)}/counts counts${text}`);
        expect(bytes).toBeLessThan(1_024);
      }
    },
  );
});
