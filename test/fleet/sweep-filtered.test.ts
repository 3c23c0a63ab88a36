import { describe, expect, test } from 'vitest';
import { RemediationError } from '../../functions/core/base/errors.ts';
import { CELL_KEYS } from '../../functions/core/fleet/cell-items.ts';
import type { RegisteredDatabase } from '../../functions/core/fleet/registry-item.ts';
import { sweepFiltered } from '../../functions/fleet/sweep-filtered.ts';
import { type FakeCell, fakeCell } from '../support/fake-cell.ts';
import { registered } from '../support/fleet.ts';

const nothing = async () => new Set<string>();
const sweep = (
  { ports }: FakeCell,
  wroteLately: (groups: readonly string[]) => Promise<Set<string>> = nothing,
) => sweepFiltered({ ...ports, wroteLately });
const startedIn = ({ started }: FakeCell) => started.map(({ event }) => event.database);

test('The alarm on refusals sweeps the databases that only a metric filter watches, each once a minute', async () => {
  const filtered = registered({ rung: 'filter' });
  const cell = fakeCell([
    filtered,
    registered({ resource: 'db-SUBSCRIBED', rung: 'subscription' }),
    registered({ resource: 'db-SWEPT' }),
    registered({ resource: 'db-OFF', rung: 'filter', tag: 'off', standing: 'skipped' }),
  ]);
  await sweep(cell);
  await sweep(cell);
  expect(cell.started.map(({ event }) => [event.database, event.trigger])).toEqual([[filtered.key, 'alarm']]);
  cell.clock.now += 60_000;
  await sweep(cell);
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
  await sweep(cell);
  expect(startedIn(cell)).toEqual([fresh.key]);
});

describe('A database that pauses, when the alarm goes on,', () => {
  const sleeper = (resource: string, given: Partial<RegisteredDatabase> = {}) =>
    registered({ resource, rung: 'filter', minimumCapacity: 0, logGroup: `/log/${resource}`, ...given });
  const other = registered({ rung: 'filter' });
  const [awake, asleep] = [sleeper('db-AWAKE'), sleeper('db-ASLEEP')];

  test('is run where its log got a line, and left asleep where it got none', async () => {
    const cell = fakeCell([other, awake, asleep]);
    const asked: (readonly string[])[] = [];
    await sweep(cell, async (groups) => {
      asked.push(groups);
      return new Set(['/log/db-AWAKE']);
    });
    expect(startedIn(cell)).toEqual([other.key, awake.key]);
    expect(asked[0]).toEqual(['/log/db-AWAKE', '/log/db-ASLEEP']);
    expect(asked.slice(1)).toEqual([['/log/db-ASLEEP'], ['/log/db-ASLEEP']]);
  });

  test('is run where its line is counted some seconds after the alarm', async () => {
    const cell = fakeCell([awake]);
    const from = cell.clock.now;
    await sweep(cell, async () => new Set(cell.clock.now - from >= 20_000 ? ['/log/db-AWAKE'] : []));
    expect(startedIn(cell)).toEqual([awake.key]);
    expect(cell.clock.now - from).toBeLessThanOrEqual(30_000);
  });

  test('is run where nothing tells whether it sleeps: a full server costs more than one that wakes', async () => {
    const cell = fakeCell([asleep]);
    await sweep(cell, () => Promise.reject(new RemediationError('logs-refused', 'no')));
    expect(startedIn(cell)).toEqual([asleep.key]);
    expect(cell.logged).toContain('sleepers-not-known');
  });

  test('does not hold up others, and asks nothing of CloudWatch where none pauses', async () => {
    const cell = fakeCell([other, asleep]);
    const seen: number[] = [];
    await sweep(cell, async () => {
      seen.push(cell.started.length);
      return new Set();
    });
    expect(seen[0]).toBe(1);
    const [alone, asked] = [fakeCell([other]), [] as unknown[]];
    await sweep(alone, async (groups) => {
      asked.push(groups);
      return new Set();
    });
    expect([asked, alone.clock.now - cell.clock.now]).toEqual([[], -30_000]);
  });
});
