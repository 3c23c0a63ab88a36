import { expect, test } from 'vitest';
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
