import { describe, expect, test } from 'vitest';
import type { CellView } from '../../../functions/core/fleet/observed-database.ts';
import type { RdsInstance } from '../../../functions/core/fleet/rds-view.ts';
import { reconcile } from '../../../functions/core/fleet/reconcile.ts';
import {
  cellView,
  FLEET_NOW,
  REMEDIATE_ARN,
  rdsCluster,
  rdsInstance,
  registryAfter,
  tag,
  VPC,
  viewOf,
} from '../../support/fleet.ts';

const HOUR = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();

const only = (view: CellView) => reconcile([], view, FLEET_NOW).databases[0];

describe('The standing of a database', () => {
  test.each<[string, Partial<RdsInstance>, string, string | null]>([
    ['with the tag observe', { tags: [tag('observe')] }, 'runs', null],
    ['without the tag', { tags: [] }, 'untagged', null],
    ['with the tag off', { tags: [tag('off')] }, 'skipped', 'off'],
    ['with a word that is none', { tags: [tag('Enforce')] }, 'skipped', 'unknown-tag'],
    ['in a VPC without a network', { vpc: 'vpc-0ccc' }, 'skipped', 'no-network'],
    ['without an endpoint', { host: null }, 'skipped', 'no-endpoint'],
    ['without IAM authentication', { iam: false }, 'skipped', 'iam-off'],
    [
      'without it on a small server',
      { iam: false, instanceClass: 'db.t4g.large' },
      'skipped',
      'iam-too-small',
    ],
    ['with it on a small server', { instanceClass: 'db.t4g.micro' }, 'runs', null],
    ['that is custom', { unsupported: 'custom' }, 'unsupported', 'custom'],
    ['on Outposts', { unsupported: 'outposts' }, 'unsupported', 'outposts'],
    ...[
      'stopped',
      'stopping',
      'starting',
      'creating',
      'upgrading',
      'deleting',
      'storage-full',
      'rebooting',
      'incompatible-network',
    ].map((status): [string, Partial<RdsInstance>, string, string | null] => [
      `that is ${status}`,
      { status },
      'skipped',
      'status',
    ]),
    ...['available', 'backing-up', 'modifying', 'storage-optimization', 'maintenance', 'a-new-word'].map(
      (status): [string, Partial<RdsInstance>, string, string | null] => [
        `that is ${status}`,
        { status },
        'runs',
        null,
      ],
    ),
  ])('%s', (_what, given, standing, why) => {
    expect(only(viewOf(given))).toMatchObject({ standing, why });
  });

  test('is declared where a construct has its host, in whatever case', () => {
    const host = rdsInstance().host ?? '';
    const declared = [{ host: host.toUpperCase(), server: 'crown' }];
    const parameters = { ...cellView().parameters, declared };
    expect(only(viewOf({}, { parameters }))).toMatchObject({ standing: 'declared', declaredAs: 'crown' });
  });

  test.each(['neptune', 'docdb', 'mysql', 'aurora-mysql', 'custom-oracle-ee'])(
    'is none for the engine %s',
    (engine) => {
      expect(only(viewOf({ engine }))).toBeUndefined();
    },
  );
});

describe('The network of a database', () => {
  const network = (vpc: string, reaches: readonly string[] = []) => ({
    vpc,
    function: `${REMEDIATE_ARN} ${vpc}`,
    reaches,
    concurrency: null,
  });
  const found = (...networks: readonly ReturnType<typeof network>[]) =>
    only(viewOf({}, { parameters: { networks, declared: [] } }))?.network?.vpc;

  test('is that of its own VPC, else the first that reaches it', () => {
    expect(found(network('vpc-0a', [VPC]), network(VPC))).toBe(VPC);
    expect(found(network('vpc-0c', [VPC]), network('vpc-0b', [VPC]), network('vpc-0a'))).toBe('vpc-0b');
    expect(found(network('vpc-0a'))).toBeUndefined();
  });
});

describe('A member of a cluster', () => {
  const member = rdsInstance({
    name: 'shop-1',
    resource: 'db-ONE',
    cluster: 'shop',
    engine: 'aurora-postgresql',
    tags: [],
    iam: false,
    exportsLog: false,
  });
  const view = (tags: RdsInstance['tags'], given: Parameters<typeof rdsCluster>[0] = {}) =>
    cellView({ instances: [{ ...member, tags }], clusters: [rdsCluster(given)] });

  test('has tags, IAM authentication, log and login resource of its cluster', () => {
    expect(only(view([]))).toMatchObject({
      kind: 'member',
      standing: 'runs',
      tag: 'enforce',
      iam: true,
      logGroup: '/aws/rds/cluster/shop/postgresql',
      cluster: { resource: 'cluster-SHOP', name: 'shop' },
    });
  });

  test('can lower the mode of its cluster and not raise it', () => {
    expect(only(view([tag('observe')]))?.tag).toBe('observe');
    expect(only(view([tag('off')]))).toMatchObject({ standing: 'skipped', why: 'off' });
    expect(only(view([tag('enforce')], { tags: [tag('observe')] }))?.tag).toBe('observe');
    expect(only(view([tag('enforce')], { tags: [] }))).toMatchObject({ standing: 'untagged' });
  });

  test('takes part in nothing while its cluster is not to be seen', () => {
    expect(only(cellView({ instances: [{ ...member, tags: [tag('enforce')] }] }))).toMatchObject({
      standing: 'untagged',
    });
  });

  test('that scaling adds has the quarantine of its cluster from the second read on', () => {
    const clusters = [rdsCluster()];
    const reader = { ...member, name: 'shop-2', resource: 'db-TWO' };
    const both = cellView({ instances: [member, reader], clusters });
    const reads = [
      [cellView({ instances: [member], clusters }), FLEET_NOW],
      [both, FLEET_NOW + 30 * HOUR],
      [both, FLEET_NOW + 31 * HOUR],
    ] as const;
    const endAfter = (count: number) => registryAfter(...reads.slice(0, count)).databases[1]?.observeUntil;
    expect(endAfter(2)).toBe(iso(FLEET_NOW + 54 * HOUR));
    expect(endAfter(3)).toBe(iso(FLEET_NOW + 24 * HOUR));
  });

  test('keeps its own quarantine when lists that were read around a swap give it the cluster of another one', () => {
    const green = { ...member, name: 'shop-1-green', resource: 'db-GREEN', cluster: 'shop-green' };
    const clusters = [rdsCluster(), rdsCluster({ name: 'shop-green', resource: 'cluster-GREEN' })];
    const swapped = [
      { ...green, name: 'shop-1', cluster: 'shop' },
      { ...member, name: 'shop-1-old', cluster: 'shop-old' },
    ];
    const after = [
      rdsCluster({ resource: 'cluster-GREEN' }),
      rdsCluster({ name: 'shop-old', resource: 'cluster-SHOP' }),
    ];
    const { databases } = registryAfter(
      [cellView({ instances: [member], clusters: [rdsCluster()] }), FLEET_NOW],
      [cellView({ instances: [member, green], clusters }), FLEET_NOW + 30 * HOUR],
      [cellView({ instances: swapped, clusters }), FLEET_NOW + 31 * HOUR],
      [cellView({ instances: swapped, clusters: after }), FLEET_NOW + 32 * HOUR],
      [cellView({ instances: swapped, clusters: after }), FLEET_NOW + 33 * HOUR],
    );
    const ends = Object.fromEntries(databases.map(({ resource, observeUntil }) => [resource, observeUntil]));
    expect(ends).toEqual({ 'db-ONE': iso(FLEET_NOW + 24 * HOUR), 'db-GREEN': iso(FLEET_NOW + 54 * HOUR) });
  });

  test('is accepted with any member of its cluster', () => {
    const clusters = [rdsCluster()];
    const [first] = reconcile([], cellView({ instances: [member], clusters }), FLEET_NOW).databases;
    const accepted = { by: 'alice', at: iso(FLEET_NOW + 1) };
    const reader = { ...member, name: 'shop-2', resource: 'db-TWO' };
    const both = cellView({ instances: [member, reader], clusters });
    const added = reconcile(first ? [{ ...first, accepted }] : [], both, FLEET_NOW + 2);
    const found = reconcile(added.databases, both, FLEET_NOW + 3);
    expect(found.databases.map(({ observeUntil }) => observeUntil)).toEqual([accepted.at, accepted.at]);
  });

  test('of Serverless v2 has the least capacity of its cluster', () => {
    const paused = { ...member, instanceClass: 'db.serverless' };
    const found = (minimumCapacity: number, iam: boolean) =>
      only(cellView({ instances: [paused], clusters: [rdsCluster({ minimumCapacity, iam })] }));
    expect(found(0, true)).toMatchObject({ minimumCapacity: 0, iamTooSmall: true, standing: 'runs' });
    expect(found(1.5, false)).toMatchObject({ why: 'iam-too-small' });
    expect(found(2, false)).toMatchObject({ why: 'iam-off' });
  });

  test('of a limitless cluster is unsupported, and so is such a cluster without instances', () => {
    expect(only(view([], { isLimitless: true }))).toMatchObject({
      standing: 'unsupported',
      why: 'limitless',
    });
    const alone = cellView({ clusters: [rdsCluster({ isLimitless: true, vpc: VPC })] });
    expect(only(alone)).toMatchObject({
      kind: 'cluster',
      key: `${VPC}#cluster-SHOP`,
      standing: 'unsupported',
    });
  });
});

describe('The rung of a database', () => {
  const group = '/aws/rds/instance/orders/postgresql';
  const rungs = { at: 'now', groups: [{ group, rung: 'filter', why: 'both slots are taken' }] } as const;

  test('is what the triggers say about its log group', () => {
    expect(only(viewOf({}, { rungs }))).toMatchObject({
      logGroup: group,
      rung: 'filter',
      rungWhy: 'both slots are taken',
    });
  });

  test('is the sweep without a log', () => {
    expect(only(viewOf({ exportsLog: false }, { rungs }))).toMatchObject({ logGroup: null, rung: 'sweep' });
  });
});

test('A database on two pages is one', () => {
  const twice = cellView({ instances: [rdsInstance(), rdsInstance({ status: 'modifying' })] });
  expect(reconcile([], twice, FLEET_NOW).databases).toHaveLength(1);
});
