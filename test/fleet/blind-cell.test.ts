import { expect, test } from 'vitest';
import { dispatch } from '../../functions/fleet/dispatch.ts';
import { fakeCell } from '../support/fake-cell.ts';
import { cellView, FLEET_NOW, rdsInstance } from '../support/fleet.ts';

const PERIOD = 300_000;

test('A cell that cannot see twice in a row which servers there are lets runs end nothing, until it can', async () => {
  const cell = fakeCell([], cellView({ instances: [rdsInstance()] }));
  const found: unknown[] = [];
  for (const isAway of [false, true, true, true, false]) {
    cell.fail(...(isAway ? (['describe'] as const) : []));
    await dispatch(cell.clock.now, { periodMs: PERIOD, ownerTag: 'team' }, cell.ports);
    found.push(JSON.parse(cell.rows.get('cell#switch')?.item ?? 'null'));
    cell.clock.now += PERIOD;
  }
  const blind = { blindSince: new Date(FLEET_NOW + PERIOD).toISOString() };
  expect(found).toEqual([null, null, blind, blind, null]);
});
