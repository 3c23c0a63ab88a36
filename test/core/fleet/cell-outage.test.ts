import { describe, expect, test } from 'vitest';
import { CALM } from '../../../functions/core/fleet/attention.ts';
import { cellHealth } from '../../../functions/core/fleet/cell-outage.ts';
import { wereDue } from '../../../functions/core/fleet/due.ts';
import { FLEET_NOW, registered } from '../../support/fleet.ts';

const PERIOD = 300_000;
const iso = (ms: number) => new Date(ms).toISOString();
const cell = (size: number) => Array.from({ length: size }, (_, at) => registered({ resource: `db-${at}A` }));

/** The health of a cell of which the first `failing` databases failed a while before. */
function health(
  size: number,
  failing: number,
  before: { since: string; toldAt: string | null } | null,
  at = FLEET_NOW,
  agoMs = 1_000,
) {
  const attention = new Map(
    cell(size)
      .slice(0, failing)
      .map(({ key }) => [key, { ...CALM, failures: 1, failedAt: iso(FLEET_NOW - agoMs) }]),
  );
  return cellHealth(cell(size), attention, before, { at, ms: PERIOD, now: at });
}

describe('A cell outage', () => {
  test.each([
    [17, 5, null],
    [16, 5, 'began'],
    [17, 6, 'began'],
    [5, 5, 'began'],
    [4, 4, null],
    [120, 35, null],
    [120, 36, 'began'],
    [0, 0, null],
  ])('in a cell of %d of which %d are out of reach: %s', (size, failing, news) => {
    expect(health(size, failing, null).news).toBe(news);
  });

  test('is judged by the databases that had a turn in these two periods', () => {
    const calm = cell(120).map((each) => ({ ...each, rung: 'subscription' as const }));
    const period = { at: FLEET_NOW, ms: PERIOD, now: FLEET_NOW };
    const last = [...wereDue(calm, new Map(), period, 1)];
    const tried = wereDue(calm, new Map(), period, 2).size;
    const began = (count: number) => {
      const failure = { ...CALM, failures: 1, failedAt: iso(FLEET_NOW - PERIOD) };
      const failed = new Map(last.slice(0, count).map(({ key }) => [key, failure]));
      return cellHealth(calm, failed, null, period).news;
    };
    expect(tried).toBeLessThan(120 * 0.8);
    expect([began(Math.ceil(tried * 0.3)), began(Math.ceil(tried * 0.3) - 1)]).toEqual(['began', null]);
    expect(Math.ceil(tried * 0.3)).toBeLessThan(120 * 0.3);
  });

  test('begins only with failures of the last two periods, and of a dispatch that was a little early', () => {
    expect(health(10, 6, null, FLEET_NOW, 2.5 * PERIOD).news).toBe('began');
    expect(health(10, 6, null, FLEET_NOW, 2.5 * PERIOD + 1).news).toBeNull();
  });

  test('is told when it begins, each half an hour, and once when it is over', () => {
    let { outage, news } = health(10, 6, null);
    const told = [news];
    for (let at = 1; at <= 20; at += 1) {
      ({ outage, news } = health(10, at < 15 ? 6 : 0, outage, FLEET_NOW + at * PERIOD));
      told.push(news);
    }
    expect(told.flatMap((each, at) => (each === null ? [] : [[at * 5, each]]))).toEqual([
      [0, 'began'],
      [30, 'lasts'],
      [60, 'lasts'],
      [75, 'over'],
    ]);
  });

  test('lasts while databases that are tried ever less often are out of reach', () => {
    const before = { since: iso(FLEET_NOW), toldAt: iso(FLEET_NOW + 50 * 60_000) };
    expect(health(10, 6, before, FLEET_NOW + 55 * 60_000)).toMatchObject({ outage: before, news: null });
  });

  test('is not over while a switch lets nothing run', () => {
    const before = { since: iso(FLEET_NOW - 3 * PERIOD), toldAt: iso(FLEET_NOW - 3 * PERIOD) };
    expect(health(0, 0, before)).toEqual({ unwell: [], outage: before, news: null });
  });

  test('names no database that no longer runs', () => {
    const attention = new Map([['vpc-0abc#db-OLD', { ...CALM, failures: 9, failedAt: iso(FLEET_NOW) }]]);
    expect(
      cellHealth(cell(1), attention, null, { at: FLEET_NOW, ms: PERIOD, now: FLEET_NOW }).unwell,
    ).toEqual([]);
  });
});
