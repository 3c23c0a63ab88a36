import { describe, expect, test } from 'vitest';
import { fleetDigest } from '../../../functions/core/fleet/fleet-digest.ts';
import {
  DIGEST_NOW,
  DIGEST_WEEK,
  heardCell,
  mixedFleet,
  mixedSummary,
} from '../../support/summaries-of-cells.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const digest = fleetDigest(mixedFleet(), DIGEST_NOW);

describe('The digest of all cells', () => {
  test('adds up the cells that spoke this week, and no others', () => {
    expect(digest.cells).toBe(9);
    expect(digest.total).toMatchObject({
      databases: 6 * 17 + 2 * 18 + 4,
      enforce: 6 * 17 + 2 * 7 + 4,
      ended: 82,
    });
    expect(digest.ladder.find(({ step }) => step === 'enforcing')?.reached).toBe(6 * 17 + 2 * 5 + 4);
  });

  test('names the cells that were heard before and are silent now, and those that cannot be read', () => {
    expect(digest.silent.map(({ account, region }) => `${account} ${region}`)).toEqual([
      '333333333333 ap-southeast-2',
      '444444444444 eu-west-1',
    ]);
    expect(digest.unread).toEqual([{ account: '555555555555', region: 'eu-west-1' }]);
  });

  test('has what people have not decided, most databases first, with the cell that has most', () => {
    const problems = digest.gaps.map(({ problem }) => problem);
    expect(problems).not.toEqual(expect.arrayContaining(['untagged']));
    expect(problems).not.toEqual(expect.arrayContaining(['tag-observe']));
    expect(digest.gaps).toContainEqual({
      ...{ step: 'iam', problem: 'iam-off', databases: 2, cells: 2 },
      most: { account: '222222222222', region: 'eu-west-1' },
    });
    const counts = digest.gaps.map(({ databases }) => databases);
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  });

  test('does not depend on the order in which cells are read', () => {
    expect(fleetDigest(mixedFleet().toReversed(), DIGEST_NOW)).toEqual(digest);
  });
});

describe('A cell is silent', () => {
  const at = (now: number, heardAt: number) => fleetDigest([heardCell(1, { heardAt })], now);
  const week = Date.parse(DIGEST_WEEK);

  test('when it has not spoken since the week began', () => {
    expect(at(DIGEST_NOW, week - HOUR).silent).toHaveLength(1);
    expect(at(DIGEST_NOW, week + 1).silent).toEqual([]);
  });

  test('not yet within an hour of the new week, nor when its clock is minutes ahead', () => {
    expect(at(week + HOUR / 2, week - 6 * DAY).silent).toEqual([]);
    expect(at(DIGEST_NOW, week - 10 * 60_000).silent).toEqual([]);
  });

  test('also on a Sunday, by the week that began then', () => {
    expect(at(week + 6 * DAY, week + 1).silent).toEqual([]);
    expect(at(week + 6 * DAY, week - 2 * DAY).silent).toHaveLength(1);
  });

  test('for 90 days, and is forgotten then', () => {
    expect(at(DIGEST_NOW, DIGEST_NOW - 89 * DAY).silent).toHaveLength(1);
    expect(at(DIGEST_NOW, DIGEST_NOW - 91 * DAY).silent).toEqual([]);
  });
});

test('No cell at all is no cell, and not an error', () => {
  expect(fleetDigest([], DIGEST_NOW)).toMatchObject({ cells: 0, silent: [], gaps: [] });
});

test('Ten thousand cells are one digest in seconds', () => {
  const mixed = mixedSummary();
  const cells = Array.from({ length: 10_000 }, (_, at) => heardCell(at, { summary: mixed }));
  const before = process.cpuUsage();
  expect(fleetDigest(cells, DIGEST_NOW).total.databases).toBe(10_000 * 18);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(5_000);
});
