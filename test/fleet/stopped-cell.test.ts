import { expect, test } from 'vitest';
import { CALM } from '../../functions/core/fleet/attention.ts';
import { dispatch } from '../../functions/fleet/dispatch.ts';
import { cellItem, fakeCell } from '../support/fake-cell.ts';
import { cellView, FLEET_NOW, rdsInstance, registered } from '../support/fleet.ts';

const PERIOD = 300_000;
const iso = (ms: number) => new Date(ms).toISOString();

test.each(['off', 'drain'])(
  'A switch at "%s" tells no outage as over, and what was unwell counts on',
  async (mode) => {
    const cell = fakeCell([], cellView({ instances: [rdsInstance()] }));
    const outage = { since: iso(FLEET_NOW - PERIOD), toldAt: iso(FLEET_NOW - PERIOD) };
    cell.rows.set('cell#state', { item: JSON.stringify({ outage }) });
    cell.hub.set('switch.json', JSON.stringify({ mode }));
    cell.attention.set(registered().key, { ...CALM, failures: 3, failedAt: iso(FLEET_NOW - 1_000) });
    for (let period = 0; period < 2; period += 1) {
      await dispatch(cell.clock.now, { periodMs: PERIOD, ownerTag: 'team' }, cell.ports);
      cell.clock.now += PERIOD;
    }
    expect(cell.started).toEqual([]);
    expect(cell.measured).toEqual([{ unwellDatabases: 1 }, { unwellDatabases: 1 }]);
    expect(cell.told.filter(({ news }) => news.kind === 'outage')).toEqual([]);
    expect(cellItem(cell, 'state')).toMatchObject({ outage });
  },
);
