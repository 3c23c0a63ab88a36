import { expect, test } from 'vitest';
import { CALM } from '../../functions/core/fleet/attention.ts';
import { dispatch } from '../../functions/fleet/dispatch.ts';
import { cellItem, fakeCell, policyItem } from '../support/fake-cell.ts';
import { cellView, FLEET_NOW, rdsInstance, tag, VPC } from '../support/fleet.ts';

const PERIOD = 300_000;
const SETTINGS = { periodMs: PERIOD, ownerTag: 'team' };

/** A cell in whose first period everything happens: new databases, a policy, a switch, and an outage. */
function eventful() {
  const tags = [tag('enforce'), { key: 'pg-headroom:policy', value: 'strict' }];
  const instances = Array.from({ length: 6 }, (_, at) =>
    rdsInstance({ resource: `db-${at}A`, name: `d${at}`, exportsLog: false, tags }),
  );
  const cell = fakeCell([], cellView({ instances }));
  cell.hub.set('policies/strict.json', '{').set('switch.json', '{"mode":"observe"}');
  for (const { resource } of instances)
    cell.attention.set(`${VPC}#${resource}`, {
      ...CALM,
      failures: 1,
      failedAt: new Date(FLEET_NOW - PERIOD).toISOString(),
    });
  return cell;
}

async function callsOfOnePeriod(): Promise<readonly string[]> {
  const cell = eventful();
  await dispatch(FLEET_NOW, SETTINGS, cell.ports);
  return cell.calls;
}

const CALLS = await callsOfOnePeriod();

test('The first period of the cell makes every kind of call', () => {
  const kinds = new Set(CALLS.map((call) => call.split(' ')[0]));
  expect([...kinds].toSorted()).toEqual([
    'describe',
    'invokeRun',
    'readAttention',
    'readHub',
    'readParameters',
    'readRegistry',
    'summarise',
    'takeClaim',
    'tell',
    'writeCell',
    'writeDatabase',
  ]);
});

test('An outage is remembered before the runs start whose reports have to know of it', () => {
  expect(CALLS.indexOf('writeCell cell#state')).toBeGreaterThan(0);
  expect(CALLS.indexOf('writeCell cell#state')).toBeLessThan(
    CALLS.findIndex((call) => call.startsWith('invokeRun')),
  );
});

test.each(CALLS.map((call, at) => [at + 1, call] as const))(
  'After a dispatch that was ended after its call %d, %s, the next period is whole',
  async (calls) => {
    const cell = eventful();
    cell.killAfter(calls);
    await dispatch(FLEET_NOW, SETTINGS, cell.ports).catch(() => {});
    cell.killAfter(Number.POSITIVE_INFINITY);
    cell.started.length = 0;
    cell.clock.now = FLEET_NOW + PERIOD;
    await dispatch(cell.clock.now, SETTINGS, cell.ports);
    expect(cell.started.map(({ event }) => event.database).toSorted()).toEqual(
      Array.from({ length: 6 }, (_, at) => `${VPC}#db-${at}A`),
    );
    expect([...cell.rows.keys()].filter((key) => key.startsWith('vpc'))).toHaveLength(6);
    expect(policyItem(cell, 'strict')).toMatchObject({ problem: expect.any(String) });
    expect(cell.rows.get('cell#switch')?.organisation).toContain('observe');
    const told = new Map(cell.told.map(({ id, news }) => [id, news]));
    expect([...told.values()].map(({ kind }) => kind).toSorted()).toEqual(['outage', 'unreadable']);
    expect(cellItem(cell, 'state')).toMatchObject({ untold: [] });
    expect(new Set(cell.summaries)).toEqual(new Set(['2026-11-23T06:00:00.000Z']));
  },
);
