import { describe, expect, test } from 'vitest';
import {
  habitualRise,
  percentOf,
  readRises,
  type WrongRise,
  withWrongRise,
  writtenRises,
} from '../../../functions/core/warning/wrong-rises.ts';
import { DAY, NOON } from './play-counts.ts';

const TODAY = NOON / DAY - 0.5;
const rise = (percent: number, minutes: number, daysAgo = 0) => ({ percent, minutes, day: TODAY - daysAgo });
/** Each rise, the oldest first, a day after the one before, the last today. */
const risesOf = (all: readonly (readonly [percent: number, minutes: number])[]) =>
  all.reduce<readonly WrongRise[]>(
    (rises, [percent, minutes], index) =>
      withWrongRise(rises, { percent, minutes }, NOON - (all.length - 1 - index) * DAY),
    [],
  );

describe('What wrong warnings have in common', () => {
  test('is not known of none and of one', () => {
    expect(habitualRise([], NOON)).toBeNull();
    expect(habitualRise([rise(80, 20)], NOON)).toBeNull();
  });

  test('is the second highest and the second longest of them', () => {
    const rises = [rise(80, 5), rise(90, 10), rise(70, 20)];
    expect(habitualRise(rises, NOON)).toEqual({ percent: 80, minutes: 10 });
  });

  test('is forgotten after three weeks', () => {
    expect(habitualRise([rise(80, 5, 21), rise(90, 10)], NOON)).toEqual({ percent: 80, minutes: 5 });
    expect(habitualRise([rise(80, 5, 22), rise(90, 10)], NOON)).toBeNull();
    expect(withWrongRise([rise(80, 5, 22), rise(90, 10, 21)], { percent: 60, minutes: 0 }, NOON)).toEqual([
      rise(90, 10, 21),
      rise(60, 0),
    ]);
  });
});

describe('Of the wrong rises', () => {
  test('are kept those that can still be the second highest or the second longest', () => {
    expect(
      risesOf([
        [70, 10],
        [80, 10],
        [80, 10],
      ]),
    ).toEqual([rise(80, 10, 1), rise(80, 10)]);
    expect(
      risesOf([
        [70, 30],
        [80, 10],
        [80, 10],
      ]),
    ).toHaveLength(3);
    expect(
      risesOf([
        [90, 5],
        [80, 10],
        [80, 10],
      ]),
    ).toHaveLength(3);
    expect(
      risesOf([
        [80, 10],
        [70, 10],
        [80, 10],
      ]),
    ).toHaveLength(3);
  });

  test('the last eight are kept at most', () => {
    const falling = Array.from({ length: 10 }, (_, index) => [90 - index, 10] as const);
    const kept = risesOf(falling);
    expect(kept.map(({ percent }) => percent)).toEqual([88, 87, 86, 85, 84, 83, 82, 81]);
  });
});

describe('A text of wrong rises', () => {
  test('has three letters for each, and comes back', () => {
    const rises = [rise(40, 0, 21), rise(94, 63, 1), rise(80, 20)];
    const text = writtenRises(rises);
    expect(text).toHaveLength(9);
    for (let days = 0; days < 64; days += 1) {
      const then = rises.map((each) => ({ ...each, day: each.day + days }));
      expect(readRises(writtenRises(then), NOON + days * DAY)).toEqual(then);
    }
  });

  test('has 63 minutes for each longer time: no forecast looks further', () => {
    expect(readRises(writtenRises([rise(80, 64)]), NOON)).toEqual([rise(80, 63)]);
  });

  test('that is cut off has the whole ones', () => {
    expect(readRises(writtenRises([rise(80, 20)]).slice(0, 2), NOON)).toEqual([]);
    expect(readRises('', NOON)).toEqual([]);
  });
});

test('A percent counts when it is whole', () => {
  expect(percentOf({ used: 189, usable: 200 })).toBe(94);
  expect(percentOf({ used: 190, usable: 200 })).toBe(95);
  expect(percentOf({ used: 3, usable: 0 })).toBe(300);
});
