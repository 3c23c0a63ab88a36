import { expect, test } from 'vitest';
import { CELL_KEYS } from '../../functions/core/fleet/cell-items.ts';
import { sweepFiltered } from '../../functions/fleet/sweep-filtered.ts';
import { fakeCell } from '../support/fake-cell.ts';
import { registered } from '../support/fleet.ts';

test('The alarm on refusals sweeps the databases that only a metric filter watches, each once a minute', async () => {
  const filtered = registered({ rung: 'filter' });
  const cell = fakeCell([
    filtered,
    registered({ resource: 'db-SUBSCRIBED', rung: 'subscription' }),
    registered({ resource: 'db-SWEPT' }),
    registered({ resource: 'db-OFF', rung: 'filter', tag: 'off', standing: 'skipped' }),
  ]);
  await sweepFiltered(cell.ports);
  await sweepFiltered(cell.ports);
  expect(cell.started.map(({ event }) => [event.database, event.trigger])).toEqual([[filtered.key, 'alarm']]);
  cell.clock.now += 60_000;
  await sweepFiltered(cell.ports);
  expect(cell.started).toHaveLength(2);
});

test('An alarm that goes on before the item of its database has the rung starts its run', async () => {
  const group = '/aws/rds/instance/fresh/postgresql';
  const fresh = registered({ rung: 'sweep', logGroup: group });
  const cell = fakeCell([fresh, registered({ resource: 'db-OTHER', logGroup: '/other' })]);
  const item = JSON.stringify({
    at: new Date(cell.clock.now).toISOString(),
    groups: [
      { group, rung: 'filter', why: null },
      { group: '/other', rung: 'subscription', why: null },
    ],
  });
  cell.rows.set(CELL_KEYS.rungs, { item });
  await sweepFiltered(cell.ports);
  expect(cell.started.map(({ event }) => event.database)).toEqual([fresh.key]);
});
