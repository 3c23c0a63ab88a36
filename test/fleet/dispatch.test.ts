import { describe, expect, test } from 'vitest';
import { CALM } from '../../functions/core/fleet/attention.ts';
import { dispatch } from '../../functions/fleet/dispatch.ts';
import { cellItem, type FakeCell, fakeCell, policyItem } from '../support/fake-cell.ts';
import { cellView, FLEET_NOW, REMEDIATE_ARN, rdsInstance, registered, tag } from '../support/fleet.ts';

const PERIOD = 300_000;
const SETTINGS = { periodMs: PERIOD, ownerTag: 'team' };
const iso = (ms: number) => new Date(ms).toISOString();

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

const rungs = (group: string, rung = 'subscription') => ({
  item: JSON.stringify({ at: iso(FLEET_NOW), groups: [{ group, rung, why: null }] }),
});
/** A cell of one database that the registry knows, and nothing to write in it. */
function settled(rung: 'subscription' | 'sweep' = 'sweep') {
  const exportsLog = rung === 'subscription';
  const cell = fakeCell([], cellView({ instances: [rdsInstance({ exportsLog })] }));
  const { logGroup, ...database } = registered({
    rung,
    rungWhy: exportsLog ? null : 'the server exports no log',
    lastSeen: iso(FLEET_NOW),
  });
  const { accepted: _, ...item } = { ...database, logGroup: exportsLog ? logGroup : null };
  cell.rows.set(item.key, { item: JSON.stringify(item) });
  if (exportsLog) cell.rows.set('cell#rungs', rungs(logGroup ?? ''));
  return cell;
}

describe('A dispatch', () => {
  test('starts each database with an event that says little', async () => {
    const cell = settled();
    await runPeriods(cell, 1);
    expect(cell.started).toEqual([
      {
        function: REMEDIATE_ARN,
        at: FLEET_NOW,
        event: {
          fleet: 1,
          database: registered().key,
          trigger: 'sweep',
          at: iso(FLEET_NOW),
          policy: 'default',
        },
      },
    ]);
  });

  test('of a calm cell writes its claim and nothing else, and measures 0', async () => {
    const cell = settled('subscription');
    cell.rows.set('cell#state', { item: JSON.stringify({ summarised: iso(FLEET_NOW) }) });
    await runPeriods(cell, 11);
    expect(cell.calls.filter((call) => call.startsWith('write'))).toEqual([]);
    expect(cell.started).toHaveLength(4);
    expect(cell.measured).toEqual(Array.from({ length: 11 }, () => ({ unwellDatabases: 0 })));
    expect([cell.told, cell.triggers]).toEqual([[], []]);
  });

  test('that is a duplicate, or comes a little later for the same slot, ends there', async () => {
    const cell = settled();
    await dispatch(FLEET_NOW, SETTINGS, cell.ports);
    await dispatch(FLEET_NOW, SETTINGS, cell.ports);
    await dispatch(FLEET_NOW + 7_000, SETTINGS, cell.ports);
    expect(cell.started).toHaveLength(1);
    expect(cell.logged.filter((each) => each === 'duplicate-dispatch')).toHaveLength(2);
  });

  test('registers what is new, which only observes, and starts it at once', async () => {
    const cell = fakeCell([], cellView({ instances: [rdsInstance()] }));
    await runPeriods(cell, 1);
    expect(JSON.parse(cell.rows.get(registered().key)?.item ?? '')).toMatchObject({
      observeUntil: iso(FLEET_NOW + 24 * 3_600_000),
    });
    expect(cell.started).toHaveLength(1);
  });

  test('starts a database that was untagged no more', async () => {
    const cell = settled();
    await runPeriods(cell, 3, (at) => {
      if (at === 1) cell.shown.rds = cellView({ instances: [rdsInstance({ tags: [] })] }).rds;
    });
    expect(cell.started).toHaveLength(1);
  });

  test('starts nothing that people or the organisation switched off, and watches what they paused', async () => {
    for (const [attribute, mode, runs] of [
      ['people', 'off', 0],
      ['organisation', 'off', 0],
      ['people', 'observe', 1],
    ] as const) {
      const cell = settled();
      cell.rows.set('cell#switch', { [attribute]: JSON.stringify({ mode }) });
      if (attribute === 'organisation') cell.hub.set('switch.json', JSON.stringify({ mode }));
      await runPeriods(cell, 1);
      expect([attribute, mode, cell.started.length]).toEqual([attribute, mode, runs]);
    }
  });

  test('tries a database that failed ever less often', async () => {
    const cell = settled();
    cell.attention.set(registered().key, { ...CALM, failures: 3, failedAt: iso(FLEET_NOW - 1_000) });
    await runPeriods(cell, 4);
    expect(cell.started).toEqual([]);
    expect(cell.measured[0]).toEqual({ unwellDatabases: 1 });
    await runPeriods(cell, 1);
    expect(cell.started).toHaveLength(1);
  });

  test('lets the triggers be put when a log group is new, and hourly', async () => {
    const cell = settled('subscription');
    await runPeriods(cell, 13);
    expect(cell.triggers).toEqual([FLEET_NOW + 12 * PERIOD]);
    cell.rows.delete('cell#rungs');
    await runPeriods(cell, 1);
    expect(cell.triggers).toHaveLength(2);
  });

  test('goes on past an item that it cannot read, and writes it anew in quarantine', async () => {
    const cell = settled();
    cell.rows.set(registered().key, { item: '{"version":9' });
    await runPeriods(cell, 1);
    expect(cell.logged).toContain('item-unreadable');
    expect(JSON.parse(cell.rows.get(registered().key)?.item ?? '')).toMatchObject({
      firstSeen: iso(FLEET_NOW),
    });
  });

  test('of a large cell starts ten at once, over its time', async () => {
    const instances = Array.from({ length: 120 }, (_, at) =>
      rdsInstance({ resource: `db-${at}A`, name: `d${at}`, exportsLog: false }),
    );
    const cell = fakeCell([], cellView({ instances }));
    await dispatch(FLEET_NOW, SETTINGS, cell.ports);
    expect(cell.started).toHaveLength(120);
    expect(cell.clock.now - FLEET_NOW).toBeGreaterThan(2_500);
    expect(cell.clock.now - FLEET_NOW).toBeLessThan(3_600);
  });
});

describe('While the API does not answer', () => {
  test('the last registry holds, which people hear after an hour, once', async () => {
    const cell = settled();
    cell.fail('describe');
    await runPeriods(cell, 30);
    expect(cell.started).toHaveLength(30);
    expect(cell.told).toHaveLength(1);
    expect(cell.told[0]).toMatchObject({
      at: iso(FLEET_NOW + 12 * PERIOD),
      news: { kind: 'away', what: 'api', since: iso(FLEET_NOW) },
    });
  });

  test('and again when it answered in between', async () => {
    const cell = settled();
    await runPeriods(cell, 40, (at) => (at === 20 ? cell.fail() : cell.fail('readParameters')));
    expect(cell.told.map(({ at }) => at)).toEqual([
      iso(FLEET_NOW + 12 * PERIOD),
      iso(FLEET_NOW + 33 * PERIOD),
    ]);
  });
});

describe('The organisation', () => {
  const named = (policy: string) =>
    cellView({
      instances: [
        rdsInstance({
          exportsLog: false,
          tags: [tag('enforce'), { key: 'pg-headroom:policy', value: policy }],
        }),
      ],
    });

  test('has the policies that databases name copied when they change', async () => {
    const cell = fakeCell([], named('strict'));
    cell.hub.set('policies/strict.json', '{"mode":"observe"}').set('policies/other.json', '{}');
    await runPeriods(cell, 3);
    expect(cell.calls.filter((call) => call.startsWith('writeCell cell#policy'))).toEqual([
      'writeCell cell#policy#strict',
    ]);
    expect(policyItem(cell, 'strict')).toMatchObject({
      text: '{"mode":"observe"}',
      problem: null,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(cell.calls.filter((call) => call.startsWith('readHub policies'))).toEqual(
      Array(3).fill('readHub policies/strict.json'),
    );
  });

  test.each([
    ['does not parse', '{"mode":"louder"}'],
    ['is no JSON', '{'],
    ['is gone', null],
  ])('whose policy %s is told once, and the last rules stay to observe by', async (_what, broken) => {
    const cell = fakeCell([], named('strict'));
    cell.hub.set('policies/strict.json', '{"mode":"enforce"}');
    await runPeriods(cell, 5, (at) => {
      if (at === 2 && broken === null) cell.hub.delete('policies/strict.json');
      if (at === 2 && broken !== null) cell.hub.set('policies/strict.json', broken);
    });
    expect(policyItem(cell, 'strict')).toMatchObject({
      text: '{"mode":"enforce"}',
      problem: expect.any(String),
    });
    expect(cell.told.map(({ news }) => news)).toEqual([
      expect.objectContaining({ kind: 'unreadable', name: 'policies/strict.json', databases: 1 }),
    ]);
    expect(cell.started).toHaveLength(5);
  });

  test('whose bucket is away is held by its copies, which people hear after an hour', async () => {
    const cell = fakeCell([], named('strict'));
    cell.hub.set('policies/strict.json', '{"mode":"enforce"}').set('switch.json', '{"mode":"observe"}');
    await runPeriods(cell, 1);
    cell.fail('readHub');
    await runPeriods(cell, 20);
    expect(cell.told.map(({ news }) => news)).toEqual([
      expect.objectContaining({ kind: 'away', what: 'bucket' }),
    ]);
    expect(policyItem(cell, 'strict')).toMatchObject({ problem: null });
    expect(cell.rows.get('cell#switch')?.organisation).toContain('observe');
  });

  test('has its switch copied, and removed with it', async () => {
    const cell = settled();
    cell.hub.set('switch.json', '{"mode":"off","by":"alice"}');
    await runPeriods(cell, 2);
    expect(cell.started).toEqual([]);
    cell.hub.delete('switch.json');
    await runPeriods(cell, 1);
    expect(cell.started).toHaveLength(1);
    expect(cell.calls.filter((call) => call === 'writeCell cell#switch')).toHaveLength(2);
  });

  test('whose switch cannot be read lets nothing end, and people hear it', async () => {
    const cell = settled();
    cell.hub.set('switch.json', '{');
    await runPeriods(cell, 3);
    expect(cell.started).toHaveLength(3);
    expect(cell.rows.get('cell#switch')?.organisation).toContain('observe');
    expect(cell.told.map(({ news }) => news)).toEqual([expect.objectContaining({ name: 'switch.json' })]);
  });
});

test('Reserved concurrency that is too low for the databases of a network is told once', async () => {
  const instances = Array.from({ length: 17 }, (_, at) =>
    rdsInstance({ resource: `db-${at}A`, name: `d${at}` }),
  );
  const view = cellView({ instances });
  const networks = view.parameters.networks.map((network) => ({ ...network, concurrency: 5 }));
  const cell = fakeCell([], cellView({ instances, parameters: { networks, declared: [] } }));
  await runPeriods(cell, 4);
  expect(cell.told.map(({ news }) => news)).toEqual([
    expect.objectContaining({ kind: 'concurrency', declared: 5, needed: 6, databases: 17 }),
  ]);
});

test('An outage of a cell is one message when it begins, one each half an hour, and one when it is over', async () => {
  const instances = Array.from({ length: 17 }, (_, at) =>
    rdsInstance({ resource: `db-${at}A`, name: `d${at}`, exportsLog: false }),
  );
  const cell = fakeCell([], cellView({ instances }));
  await runPeriods(cell, 24, (at) => {
    const isDark = at >= 2 && at < 10;
    for (const { resource, vpc } of instances)
      if (isDark)
        cell.attention.set(`${vpc}#${resource}`, {
          ...CALM,
          failures: at,
          failedAt: iso(cell.clock.now - PERIOD + 9_000),
        });
      else cell.attention.clear();
  });
  expect(
    cell.told.map(({ at, news }) => [Date.parse(at) - FLEET_NOW, news.kind === 'outage' && news.phase]),
  ).toEqual([
    [2 * PERIOD, 'began'],
    [8 * PERIOD, 'lasts'],
    [10 * PERIOD, 'over'],
  ]);
  expect(cellItem(cell, 'state')).toMatchObject({ outage: null, untold: [] });
});
