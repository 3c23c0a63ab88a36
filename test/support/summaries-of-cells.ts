import type { CellSummary } from '../../functions/core/fleet/cell-summary.ts';
import type { HeardCell } from '../../functions/core/fleet/fleet-digest.ts';
import { LADDER } from '../../functions/core/fleet/ladder.ts';
import { summaryOf } from '../../functions/core/fleet/summary-of.ts';
import { CELL_NOW, cellOf, mixedCell } from './fleet-cells.ts';

/** What cells of the tests say of themselves, on the Monday after their moment. */

export const DIGEST_WEEK = '2026-11-30T06:00:00.000Z';
/** Two hours later, when the digest is made. */
export const DIGEST_NOW = Date.parse('2026-11-30T08:00:00.000Z');
export const DIGEST_CODE = '0.1.0+0123456789ab';

const FACTS = { week: DIGEST_WEEK, code: DIGEST_CODE, incidents: 3, ended: 41, now: CELL_NOW };

/** A cell with one database on each step. */
export function mixedSummary(given: Partial<CellSummary> = {}): CellSummary {
  return { ...summaryOf(mixedCell(), FACTS), ...given };
}

/** A cell of this many databases that all enforce. */
export function calmSummary(databases: number, given: Partial<CellSummary> = {}): CellSummary {
  const empty = summaryOf(cellOf([]), { ...FACTS, incidents: 0, ended: 0 });
  const ladder = LADDER.map((step) => ({ step, reached: databases }));
  return { ...empty, databases, enforce: databases, ladder, ...given };
}

/** A cell that was heard some minutes after the week began. */
export function heardCell(account: number, given: Partial<HeardCell> = {}): HeardCell {
  const heardAt = Date.parse(DIGEST_WEEK) + 4 * 60_000;
  return {
    ...{ account: String(account).padStart(12, '0'), region: 'eu-west-1', heardAt, summary: calmSummary(17) },
    ...given,
  };
}

/** Twelve cells: most are calm, one is new to this, two are silent, one cannot be read, and some run other code. */
export function mixedFleet(): readonly HeardCell[] {
  const hours = (count: number) => count * 3_600_000;
  return [
    ...[1, 2, 3, 4, 5, 6].map((each) => heardCell(111111111110 + each)),
    heardCell(222222222222, { summary: mixedSummary() }),
    heardCell(222222222222, {
      region: 'us-east-1',
      summary: mixedSummary({ region: 'us-east-1', isBlind: true, badPolicies: 2 }),
    }),
    heardCell(333333333333, { summary: calmSummary(4, { code: '0.0.9+fedcba987654' }) }),
    heardCell(333333333333, { region: 'ap-southeast-2', heardAt: DIGEST_NOW - hours(24 * 7) }),
    heardCell(444444444444, { heardAt: DIGEST_NOW - hours(24 * 16) }),
    heardCell(555555555555, { summary: null }),
  ];
}
