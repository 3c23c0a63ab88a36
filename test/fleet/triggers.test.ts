import { describe, expect, test } from 'vitest';
import type { CellRungs } from '../../functions/core/fleet/cell-items.ts';
import type { RegisteredDatabase } from '../../functions/core/fleet/registry-item.ts';
import type { LogSubscription } from '../../functions/core/fleet/trigger-rung.ts';
import { setTriggers, type TriggerPorts } from '../../functions/fleet/triggers.ts';
import { cellItem, fakeCell } from '../support/fake-cell.ts';
import { registered } from '../support/fleet.ts';

const GROUP = '/aws/rds/instance/orders/postgresql';
const INTAKE = 'arn:aws:lambda:eu-central-1:111122223333:function:pg-headroom-fleet-intake';
const OWN: LogSubscription = { name: 'pg-headroom-fleet', destination: INTAKE };
const others = (...names: readonly string[]): readonly LogSubscription[] =>
  names.map((name) => ({ name, destination: `arn of ${name}` }));

type Group = { readonly subscriptions: LogSubscription[]; hasMetricFilter: boolean };

/** CloudWatch Logs in memory, with room for two subscriptions a group. */
function stage(
  databases: readonly RegisteredDatabase[],
  found: Readonly<Record<string, readonly LogSubscription[]>>,
) {
  const cell = fakeCell(databases);
  const groups = new Map<string, Group>(
    Object.entries(found).map(([name, subscriptions]) => [
      name,
      { subscriptions: [...subscriptions], hasMetricFilter: false },
    ]),
  );
  const touched: string[] = [];
  let left = Number.POSITIVE_INFINITY;
  const change = (what: string, name: string, act: (group: Group) => void) => {
    if (left-- <= 0) throw new Error('The function was ended.');
    touched.push(`${what} ${name}`);
    const group = groups.get(name);
    if (group === undefined) throw new Error(`no group ${name}`);
    act(group);
  };
  const without = (group: Group) =>
    group.subscriptions.splice(0, 9, ...group.subscriptions.filter(({ name }) => name !== OWN.name));
  const ports: TriggerPorts = {
    readRegistry: cell.ports.readRegistry,
    writeCell: async (text) => {
      if (left-- <= 0) throw new Error('The function was ended.');
      await cell.ports.writeCell(text);
    },
    subscriptionsOf: async (name) =>
      [...(groups.get(name)?.subscriptions ?? [])].slice(0, groups.has(name) ? 9 : 0),
    putSubscription: async (name) =>
      change('put subscription', name, (group) => {
        without(group);
        if (group.subscriptions.length >= 2) throw new Error('LimitExceededException');
        group.subscriptions.push(OWN);
      }),
    removeSubscription: async (name) => change('remove subscription', name, without),
    putMetricFilter: async (name) =>
      change('put filter', name, (group) => {
        group.hasMetricFilter = true;
      }),
    removeMetricFilter: async (name) =>
      change('remove filter', name, (group) => {
        group.hasMetricFilter = false;
      }),
    now: cell.ports.now,
    log: cell.ports.log,
  };
  const set = (mayTakeLast = false) => setTriggers({ destination: INTAKE, mayTakeLast }, ports);
  const rungs = () =>
    (cellItem(cell, 'rungs') as CellRungs).groups.map(({ group, rung, why }) => [group, rung, why]);
  const killAfter = (calls: number) => {
    left = calls;
  };
  return { cell, groups, touched, ports, set, rungs, killAfter };
}

describe('The trigger of a log group', () => {
  test('is a subscription if both of its slots are free', async () => {
    const at = stage([registered()], { [GROUP]: [] });
    await at.set();
    expect(at.groups.get(GROUP)?.subscriptions).toEqual([OWN]);
    expect(at.rungs()).toEqual([[GROUP, 'subscription', null]]);
  });

  test('takes the last slot only where that is declared', async () => {
    const at = stage([registered()], { [GROUP]: others('shipper') });
    await at.set();
    expect(at.groups.get(GROUP)).toEqual({ subscriptions: others('shipper'), hasMetricFilter: true });
    expect(at.rungs()).toEqual([[GROUP, 'filter', '1 of 2 subscriptions are taken (shipper)']]);
    await at.set(true);
    expect(at.groups.get(GROUP)).toEqual({
      subscriptions: [...others('shipper'), OWN],
      hasMetricFilter: false,
    });
  });

  test('is a metric filter where both slots are taken, or the last one was lost meanwhile', async () => {
    const full = stage([registered()], { [GROUP]: others('a', 'b') });
    await full.set(true);
    expect(full.rungs()).toEqual([[GROUP, 'filter', '2 of 2 subscriptions are taken (a, b)']]);
    const late = stage([registered()], { [GROUP]: others('a', 'b') });
    await setTriggers(
      { destination: INTAKE, mayTakeLast: false },
      { ...late.ports, subscriptionsOf: async () => [] },
    );
    expect(late.rungs()).toEqual([[GROUP, 'filter', 'LimitExceededException']]);
    expect(late.groups.get(GROUP)?.subscriptions).toEqual(others('a', 'b'));
  });

  test('stays ours when another subscription comes beside it', async () => {
    const at = stage([registered()], { [GROUP]: [OWN, ...others('shipper')] });
    await at.set();
    expect(at.rungs()).toEqual([[GROUP, 'subscription', null]]);
    expect(at.touched).toEqual([`remove filter ${GROUP}`]);
  });

  test.each(['pg-headroom-fleet-2', 'pg-headroom', 'PG-headroom-fleet'])(
    'does not mistake %s for ours',
    async (name) => {
      const at = stage([registered({ tag: 'off', standing: 'skipped' })], { [GROUP]: others(name) });
      at.cell.rows.set('cell#rungs', {
        item: JSON.stringify({ at: 'before', groups: [{ group: GROUP, rung: 'subscription', why: null }] }),
      });
      await at.set();
      expect(at.groups.get(GROUP)?.subscriptions).toEqual(others(name));
    },
  );

  test('under our name that leads elsewhere is not ours either', async () => {
    const foreign = [{ name: OWN.name, destination: 'arn of another tool' }];
    const at = stage([registered()], { [GROUP]: foreign });
    await at.set(true);
    expect(at.groups.get(GROUP)?.subscriptions).toEqual(foreign);
    expect(at.rungs()[0]?.[1]).toBe('filter');
  });

  test('is the sweep where the call fails, for the reason that it says', async () => {
    const at = stage([registered()], {});
    await setTriggers(
      { destination: INTAKE, mayTakeLast: false },
      { ...at.ports, subscriptionsOf: async () => null },
    );
    expect(at.rungs()).toEqual([[GROUP, 'sweep', 'there is no such log group yet']]);
    await at.set();
    expect(at.rungs()).toEqual([[GROUP, 'sweep', `no group ${GROUP}`]]);
  });
});

describe('A log group that nobody wants any more', () => {
  test('loses what is ours and keeps the rest', async () => {
    const at = stage([registered({ standing: 'untagged', tag: 'absent' })], {
      [GROUP]: [OWN, ...others('shipper')],
    });
    at.cell.rows.set('cell#rungs', {
      item: JSON.stringify({ at: 'before', groups: [{ group: GROUP, rung: 'subscription', why: null }] }),
    });
    await at.set();
    expect(at.groups.get(GROUP)).toEqual({ subscriptions: others('shipper'), hasMetricFilter: false });
    expect(at.rungs()).toEqual([]);
  });

  test('that we never had is not touched', async () => {
    const at = stage([registered({ standing: 'untagged', tag: 'absent' })], { [GROUP]: others('a') });
    await at.set();
    expect(at.touched).toEqual([]);
  });
});

test.each([0, 1, 2, 3, 4, 5, 6])(
  'After a run that was ended after %d changes, nothing of ours is left that the next does not know',
  async (calls) => {
    const database = registered();
    const at = stage([database, registered({ resource: 'db-TWO', name: 'two', logGroup: 'two' })], {
      [GROUP]: [],
      two: others('a'),
    });
    at.killAfter(calls);
    await at.set().catch(() => {});
    at.killAfter(Number.POSITIVE_INFINITY);
    at.cell.rows.delete(database.key);
    at.cell.rows.delete(registered({ resource: 'db-TWO' }).key);
    await at.set();
    expect([...at.groups.values()]).toEqual([
      { subscriptions: [], hasMetricFilter: false },
      { subscriptions: others('a'), hasMetricFilter: false },
    ]);
  },
);
