import { describe, expect, test } from 'vitest';
import { registryItemText } from '../../functions/core/fleet/registry-item.ts';
import { type Memory, NOTHING_REMEMBERED } from '../../functions/core/incident/memory.ts';
import type { Destination } from '../../functions/events/parse-destination.ts';
import { type FleetDelivery, reportParcel } from '../../functions/fleet/report-parcel.ts';
import { FLEET_NOW, REMEDIATE_ARN, registered } from '../support/fleet.ts';

const database = registered();

function stage(item: string | undefined = registryItemText(database), outage = false) {
  const state = { item: JSON.stringify({ outage: outage ? { since: 'then', toldAt: null } : null }) };
  const reported: Destination[] = [];
  const logged: string[] = [];
  let memory: Memory = NOTHING_REMEMBERED;
  const report = (given: Partial<FleetDelivery> = {}) =>
    reportParcel(
      {
        ...{
          key: database.key,
          runId: 'run-1',
          facts: { failedBy: null, isBusy: true, askedAt: null },
          functionArn: null,
        },
        destination: {
          kind: 'record',
          functionName: null,
          requestId: 'run-1',
          payload: { server: 'victim' },
        },
        ...given,
      },
      {
        readItems: async () => [
          ...(item === undefined ? [] : [{ key: database.key, texts: { item } }]),
          { key: 'cell#state', texts: state },
        ],
        memory: {
          read: async () => memory,
          write: async (key, next) => {
            expect(key).toBe(database.key);
            memory = next;
            return true;
          },
        },
        report: async (destination) => void reported.push(destination),
        now: () => FLEET_NOW,
        log: (event) => void logged.push(event),
      },
    );
  const fail = (runId: string) =>
    report({ runId, facts: { failedBy: 'connect-unreachable', isBusy: null, askedAt: null } });
  return { report, fail, reported, logged, fleet: () => memory.fleet };
}

describe('The report of a run', () => {
  test('is remembered by key and told by the name that the registry has', async () => {
    const at = stage();
    await at.report();
    expect(at.reported).toMatchObject([
      { database: { key: database.key, name: 'orders' }, payload: { server: 'orders' } },
    ]);
    expect(at.fleet()).toMatchObject({ failures: 0, busyAt: new Date(FLEET_NOW).toISOString() });
  });

  test.each([
    ['of a database that the registry does not have', undefined],
    ['of an item that cannot be read', '{'],
    [
      'of an item under another key',
      JSON.stringify({ ...JSON.parse(registryItemText(database)), key: 'vpc-0b#db-B' }),
    ],
  ])('%s is dropped', async (_what, item) => {
    const at = stage(item ?? '');
    await at.report();
    expect([at.reported, at.logged]).toEqual([[], ['record-of-unknown-database']]);
    expect(at.fleet()).toBeUndefined();
  });

  test('by a function of another VPC is dropped', async () => {
    const at = stage();
    await at.report({ functionArn: `${REMEDIATE_ARN}0` });
    expect(at.reported).toEqual([]);
    await at.report({ functionArn: REMEDIATE_ARN });
    expect(at.reported).toHaveLength(1);
  });
});

describe('A run that Lambda tells of without a result', () => {
  const crashed = {
    facts: { failedBy: 'crashed', isBusy: null, askedAt: null },
    destination: {
      ...{ kind: 'failed-run', functionName: null, requestId: 'run-1', condition: 'RetriesExhausted' },
      error: { errorType: 'Error', errorMessage: 'The answer was lost.' },
    },
  } as unknown as Partial<FleetDelivery>;

  test('is told, and told again when its report is delivered again', async () => {
    const at = stage();
    await at.report(crashed);
    await at.report(crashed);
    expect([at.reported.length, at.fleet()]).toMatchObject([2, { failures: 1, failedBy: 'crashed' }]);
  });

  test.each([
    ['that got in', 1, null],
    ['of a server out of reach', 0, 'connect-unreachable'],
  ])('is not told beside its own record %s', async (_what, told, failedBy) => {
    const at = stage();
    await at.report({ facts: { failedBy, isBusy: null, askedAt: null } });
    await at.report(crashed);
    expect([at.reported.length, at.fleet()?.failedBy, at.logged.at(-1)]).toEqual([
      told,
      failedBy,
      'run-told-by-itself',
    ]);
  });
});

describe('A server out of reach', () => {
  test('is no news once, and is told from the second time on', async () => {
    const at = stage();
    await at.fail('run-1');
    expect([at.reported.length, at.fleet()?.failures]).toEqual([0, 1]);
    await at.fail('run-2');
    expect([at.reported.length, at.fleet()?.failures]).toEqual([1, 2]);
  });

  test('that is reported twice counts once', async () => {
    const at = stage();
    await at.fail('run-1');
    await at.fail('run-1');
    expect([at.reported.length, at.fleet()?.failures]).toEqual([0, 1]);
  });

  test('is not told during an outage of the cell, which is one message', async () => {
    const at = stage(undefined, true);
    for (const run of ['1', '2', '3']) await at.fail(run);
    expect([at.reported.length, at.fleet()?.failures]).toEqual([0, 3]);
  });

  test.each([
    [-5, 'is dated by the clock of the dispatcher, which is minutes behind', -5],
    [4, 'is dated by the clock of the dispatcher, which is minutes ahead', 4],
    [-15, 'is dated by that clock too where its report is minutes late', -15],
    [15, 'is dated now where the event names a later time', 0],
    [60, 'is dated now where the event names another time', 0],
    [Number.NaN, 'is dated now where the event names none', 0],
  ])('that failed %d minutes from now %s', async (minutes, _what, dated) => {
    const at = stage();
    const askedAt = Number.isNaN(minutes) ? 'soon' : new Date(FLEET_NOW + minutes * 60_000).toISOString();
    await at.report({ facts: { failedBy: 'connect-unreachable', isBusy: null, askedAt } });
    expect(at.fleet()?.failedAt).toBe(new Date(FLEET_NOW + dated * 60_000).toISOString());
  });

  test('that was untagged meanwhile is no incident', async () => {
    const at = stage(registryItemText(registered({ standing: 'untagged', tag: 'absent' })));
    for (const runId of ['1', '2'])
      await at.report({ runId, facts: { failedBy: 'connect-authentication', isBusy: null, askedAt: null } });
    expect(at.reported).toEqual([]);
  });

  test('that answers again has no failures', async () => {
    const at = stage();
    await at.fail('run-1');
    await at.report({ runId: 'run-2' });
    expect(at.fleet()).toMatchObject({ failures: 0, failedAt: null, failedBy: null });
  });

  test.each(['statement-failed', 'crashed', 'registry-unwritable'])(
    'is another thing than %s, which is told at once',
    async (failedBy) => {
      const at = stage();
      await at.report({ facts: { failedBy, isBusy: null, askedAt: null } });
      expect(at.reported).toHaveLength(1);
    },
  );
});
