import { describe, expect, test } from 'vitest';
import type { LogLinesTrigger, Refused } from '../../functions/core/trigger/log-lines.ts';
import { intake } from '../../functions/fleet/intake.ts';
import { fakeCell } from '../support/fake-cell.ts';
import { FLEET_NOW, REMEDIATE_ARN, registered } from '../support/fleet.ts';

const at = new Date(FLEET_NOW).toISOString();
const refused = (user: string | null): Refused => ({
  ...{ kind: 'server', user, database: null, address: null, count: 1, clients: 1 },
  ...{ first: at, last: at },
});
const lines = (given: Partial<LogLinesTrigger> = {}): LogLinesTrigger => ({
  ...{ kind: 'log-lines', at, lines: 1, own: 0, elsewhere: 0, figures: null },
  ...{ logGroup: '/aws/rds/instance/orders/postgresql', logStream: 'orders.0', refused: [refused('app')] },
  ...given,
});

describe('A refusal', () => {
  test('starts a run of its database, with an event that says little', async () => {
    const cell = fakeCell([registered()]);
    await intake(lines(), cell.ports);
    expect(cell.started).toEqual([
      {
        function: REMEDIATE_ARN,
        at: FLEET_NOW,
        event: { fleet: 1, database: registered().key, trigger: 'refusal', at, policy: 'default' },
      },
    ]);
  });

  test('in a storm of 100 lines a second starts one run a minute', async () => {
    const cell = fakeCell([registered()]);
    for (let ms = 0; ms < 180_000; ms += 100) {
      cell.clock.now = FLEET_NOW + ms;
      await intake(lines(), cell.ports);
    }
    expect(cell.started.map((each) => each.at - FLEET_NOW)).toEqual([0, 60_000, 120_000]);
  });

  test.each([
    ['that names another client starts the next run', refused('app'), [90_000]],
    [
      'among those of a long list, whose names are left out, does so too',
      { ...refused(null), clients: 3 },
      [90_000],
    ],
    ['that names no role starts none, however late it arrives', refused(null), []],
  ])('%s', async (_, late, runs) => {
    const cell = fakeCell([registered()]);
    await intake(lines(), cell.ports);
    cell.clock.now = FLEET_NOW + 90_000;
    await intake(lines({ refused: [late] }), cell.ports);
    expect(cell.started.slice(1).map((each) => each.at - FLEET_NOW)).toEqual(runs);
  });

  test('of one database holds up no other', async () => {
    const other = registered({
      resource: 'db-OTHER',
      name: 'other',
      logGroup: '/aws/rds/instance/other/postgresql',
    });
    const cell = fakeCell([registered(), other]);
    await intake(lines(), cell.ports);
    await intake(lines({ logGroup: other.logGroup ?? '', logStream: 'other.0' }), cell.ports);
    expect(cell.started.map(({ event }) => event.database)).toEqual([registered().key, other.key]);
  });

  test('in the group of a cluster is that of the member which the stream names', async () => {
    const logGroup = '/aws/rds/cluster/shop/postgresql';
    const members = ['shop-1', 'shop-10'].map((name, place) =>
      registered({ name, resource: `db-${place}`, logGroup }),
    );
    const cell = fakeCell(members);
    await intake(lines({ logGroup, logStream: 'shop-10' }), cell.ports);
    await intake(lines({ logGroup, logStream: 'shop-1.3' }), cell.ports);
    expect(cell.started.map(({ event }) => event.database)).toEqual([members[1]?.key, members[0]?.key]);
  });
});

describe('Nothing is started', () => {
  test.each<[string, Parameters<typeof intake>[0]]>([
    ['by lines that are no refusal', lines({ refused: [] })],
    ['by our own tries', lines({ refused: [refused('headroom'), refused('headroom_observer')] })],
    ['by lines that name nobody, which may be of our own tries', lines({ refused: [refused(null)] })],
    ['by an event that is no lines', { kind: 'schedule', at: null, id: null }],
    ['by the test of CloudWatch Logs', { kind: 'notice', notice: 'control', at: null }],
    ['by a group that nobody registered', lines({ logGroup: '/aws/rds/instance/orders-2/postgresql' })],
    ['by a stream of another instance', lines({ logStream: 'orders-2.0' })],
  ])('%s', async (_what, trigger) => {
    const cell = fakeCell([registered()]);
    await intake(trigger, cell.ports);
    expect(cell.started).toEqual([]);
    expect([...cell.claims]).toEqual([]);
  });

  test.each(['skipped', 'untagged', 'declared', 'unsupported'] as const)(
    'on a database that is %s',
    async (standing) => {
      const cell = fakeCell([registered({ standing })]);
      await intake(lines(), cell.ports);
      expect([...cell.claims, ...cell.started]).toEqual([]);
    },
  );

  test('while the registry cannot be read, which is an error', async () => {
    const cell = fakeCell([registered()]);
    cell.fail('readRegistry');
    await expect(intake(lines(), cell.ports)).rejects.toThrow('readRegistry fails');
  });
});
