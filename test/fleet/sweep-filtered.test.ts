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

describe('A thousand databases that an alarm is about', () => {
  const all = Array.from({ length: 1_000 }, (_, at) => registered({ resource: `db-${at}`, rung: 'filter' }));

  test('are started within a fraction of the minute that the function has, also where each takes 50 ms', async () => {
    const cell = fakeCell([
      ...all,
      registered({ resource: 'db-SLEEPS', rung: 'filter', minimumCapacity: 0 }),
    ]);
    const under = { way: 0, most: 0, rounds: 0 };
    const takeClaim: FakeCell['ports']['takeClaim'] = async (claim) => {
      under.way += 1;
      if (under.way === 1) under.rounds += 1;
      under.most = Math.max(under.most, under.way);
      await new Promise(setImmediate);
      under.way -= 1;
      return cell.ports.takeClaim(claim);
    };
    const asked: number[] = [];
    await sweepFiltered({
      ...{ ...cell.ports, takeClaim },
      wroteLately: async () => {
        asked.push(cell.started.length);
        return new Set();
      },
    });
    expect(cell.started).toHaveLength(1_000);
    expect(under.rounds * 50).toBeLessThan(10_000);
    // So many that Lambda and DynamoDB do not refuse them.
    expect(under.most).toBeLessThanOrEqual(20);
    expect(asked[0]).toBeLessThan(20);
  });

  test('are started although the claim of one of them is refused', async () => {
    const cell = fakeCell(all.slice(0, 30));
    const takeClaim: FakeCell['ports']['takeClaim'] = (claim) =>
      claim.key.endsWith('#db-3')
        ? Promise.reject(new RemediationError('registry-unwritable', 'no'))
        : cell.ports.takeClaim(claim);
    await sweepFiltered({ ...cell.ports, takeClaim, wroteLately: nothing });
    expect(cell.started).toHaveLength(29);
    expect(cell.logged).toContain('run-not-started');
  });
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
    const cell = fakeCell([asleep, other]);
    await sweep(cell);
    expect(cell.started.map(({ at }) => at)).toEqual([cell.clock.now - 30_000]);
    const [alone, asked] = [fakeCell([other]), [] as unknown[]];
    await sweep(alone, async (groups) => {
      asked.push(groups);
      return new Set();
    });
    expect([asked, alone.clock.now - cell.clock.now]).toEqual([[], -30_000]);
  });
});
