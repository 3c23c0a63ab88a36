import { describe, expect, test } from 'vitest';
import { dispatch } from '../../functions/fleet/dispatch.ts';
import { cellItem, type FakeCell, fakeCell } from '../support/fake-cell.ts';
import { cellView, rdsInstance } from '../support/fleet.ts';

const PERIOD = 300_000;
const SETTINGS = { periodMs: PERIOD, ownerTag: 'team' };

function calmCell(): FakeCell {
  return fakeCell([], cellView({ instances: [rdsInstance({ exportsLog: false })] }));
}

async function runPeriods(
  cell: FakeCell,
  count: number,
  each: (at: number) => void = () => {},
): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    each(at);
    await dispatch(cell.clock.now, SETTINGS, cell.ports);
    cell.clock.now += PERIOD;
  }
}

describe('The summary of a week', () => {
  /** Sunday 03:00 UTC until Monday 09:00 UTC. */
  const UNTIL_MONDAY = 30 * 12;
  const weeks = ['2026-11-23T06:00:00.000Z', '2026-11-30T06:00:00.000Z'];

  test('is asked for in the first period of a cell and of each week, and remembered', async () => {
    const cell = calmCell();
    await runPeriods(cell, UNTIL_MONDAY);
    expect(cell.summaries).toEqual(weeks);
    expect(cellItem(cell, 'state')).toMatchObject({ summarised: weeks[1] });
    expect(cell.calls.filter((call) => call === 'writeCell cell#state')).toHaveLength(2);
  });

  test('that `report` did not take is asked for again in the next period, with the same id', async () => {
    const cell = calmCell();
    await runPeriods(cell, 5, (at) => (at < 3 ? cell.fail('summarise') : cell.fail()));
    expect(cell.summaries).toEqual([weeks[0]]);
    expect(cell.started.length).toBeGreaterThan(0);
  });

  test('that could not be remembered is asked for twice, and never left out', async () => {
    const cell = calmCell();
    await runPeriods(cell, 3, (at) => (at === 0 ? cell.fail('writeCell') : cell.fail()));
    expect(cell.summaries).toEqual([weeks[0], weeks[0]]);
  });

  test('is not asked for anew by a period of the week before that comes late', async () => {
    const cell = calmCell();
    cell.rows.set('cell#state', { item: JSON.stringify({ summarised: weeks[1] }) });
    await runPeriods(cell, 2);
    expect(cell.summaries).toEqual([]);
  });

  test('of a cell without a bus is never asked for, and its state stays as it was', async () => {
    const cell = calmCell();
    for (let at = 0; at < 3; at += 1) {
      await dispatch(cell.clock.now, SETTINGS, { ...cell.ports, summarise: null });
      cell.clock.now += PERIOD;
    }
    expect(cell.calls).not.toContain('writeCell cell#state');
  });
});
