import { describe, expect, test } from 'vitest';
import type { CellView } from '../../../functions/core/fleet/observed-database.ts';
import type { RdsInstance } from '../../../functions/core/fleet/rds-view.ts';
import { reconcile } from '../../../functions/core/fleet/reconcile.ts';
import type { RegisteredDatabase } from '../../../functions/core/fleet/registry-item.ts';
import {
  cellView,
  FLEET_NOW,
  REMEDIATE_ARN,
  rdsCluster,
  rdsInstance,
  tag,
  VPC,
} from '../../support/fleet.ts';

const HOUR = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();

/** The registry after reads at these moments, the oldest first. */
function registryAfter(...reads: readonly (readonly [view: CellView, at: number])[]) {
  let databases: readonly RegisteredDatabase[] = [];
  const writes = reads.map(([view, at]) => {
    const found = reconcile(databases, view, at);
    databases = found.databases;
    return found.writes;
  });
  return { databases, writes };
}
const seen = (given: Partial<RdsInstance> = {}, more: Partial<Parameters<typeof cellView>[0]> = {}) =>
  cellView({ instances: [rdsInstance(given)], ...more });
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
    expect(only(seen(given))).toMatchObject({ standing, why });
  });

  test('is declared where a construct has its host, in whatever case', () => {
    const host = rdsInstance().host ?? '';
    const declared = [{ host: host.toUpperCase(), server: 'crown' }];
    const parameters = { ...cellView().parameters, declared };
    expect(only(seen({}, { parameters }))).toMatchObject({ standing: 'declared', declaredAs: 'crown' });
  });

  test.each(['neptune', 'docdb', 'mysql', 'aurora-mysql', 'custom-oracle-ee'])(
    'is none for the engine %s',
    (engine) => {
      expect(only(seen({ engine }))).toBeUndefined();
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
    only(seen({}, { parameters: { networks, declared: [] } }))?.network?.vpc;

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

  test('that scaling adds has the quarantine of its cluster', () => {
    const clusters = [rdsCluster()];
    const reader = { ...member, name: 'shop-2', resource: 'db-TWO' };
    const { databases } = registryAfter(
      [cellView({ instances: [member], clusters }), FLEET_NOW],
      [cellView({ instances: [member, reader], clusters }), FLEET_NOW + 30 * HOUR],
    );
    expect(databases[1]).toMatchObject({ resource: 'db-TWO', observeUntil: iso(FLEET_NOW + 24 * HOUR) });
  });

  test('is accepted with any member of its cluster', () => {
    const clusters = [rdsCluster()];
    const [first] = reconcile([], cellView({ instances: [member], clusters }), FLEET_NOW).databases;
    const accepted = { by: 'alice', at: iso(FLEET_NOW + 1) };
    const reader = { ...member, name: 'shop-2', resource: 'db-TWO' };
    const found = reconcile(
      first ? [{ ...first, accepted }] : [],
      cellView({ instances: [member, reader], clusters }),
      FLEET_NOW + 2,
    );
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
    expect(only(seen({}, { rungs }))).toMatchObject({
      logGroup: group,
      rung: 'filter',
      rungWhy: 'both slots are taken',
    });
  });

  test('is the sweep without a log', () => {
    expect(only(seen({ exportsLog: false }, { rungs }))).toMatchObject({ logGroup: null, rung: 'sweep' });
  });
});

test('A database on two pages is one', () => {
  const twice = cellView({ instances: [rdsInstance(), rdsInstance({ status: 'modifying' })] });
  expect(reconcile([], twice, FLEET_NOW).databases).toHaveLength(1);
});
