import { type CellProof, proofText } from '../../functions/core/fleet/cell-proof.ts';
import type { ResourceTag } from '../../functions/core/fleet/database-tags.ts';
import type { CellView } from '../../functions/core/fleet/observed-database.ts';
import type { RdsCluster, RdsInstance, RdsView } from '../../functions/core/fleet/rds-view.ts';
import { reconcile } from '../../functions/core/fleet/reconcile.ts';
import type { RegisteredDatabase } from '../../functions/core/fleet/registry-item.ts';

/** The moment at which fleets of the tests live. */
export const FLEET_NOW = Date.parse('2026-11-29T03:00:00.000Z');
export const VPC = 'vpc-0a1b2c3d4e5f60718';
export const REMEDIATE_ARN = `arn:aws:lambda:eu-central-1:111122223333:function:pg-headroom-fleet-remediate-${VPC}`;

/** That logins of a cell go by the tag. */
export const PROOF = {
  kind: 'tag',
  by: 'alice',
  at: '2026-11-22T03:00:00.000Z',
  database: `${VPC}#db-TEST`,
  why: null,
} as const satisfies CellProof;
export const PROOF_TEXT = proofText(PROOF);

/** An enforcing database that was first seen a week ago. */
export function registered(given: Partial<RegisteredDatabase> = {}): RegisteredDatabase {
  const { resource = 'db-ORDERS', vpc = VPC, name = 'orders' } = given;
  return {
    version: 1,
    key: `${vpc}#${resource}`,
    resource,
    vpc,
    kind: 'instance',
    cluster: null,
    name,
    arn: `arn:aws:rds:eu-central-1:111122223333:db:${name}`,
    engine: 'postgres',
    engineVersion: '17.6',
    host: `${name}.abc.eu-central-1.rds.amazonaws.com`,
    port: 5432,
    database: 'postgres',
    tag: 'enforce',
    policy: null,
    owner: 'shop',
    status: 'available',
    standing: 'runs',
    why: null,
    firstSeen: '2026-11-22T03:00:00.000Z',
    observeUntil: '2026-11-23T03:00:00.000Z',
    source: null,
    iam: true,
    iamTooSmall: false,
    minimumCapacity: null,
    logGroup: `/aws/rds/instance/${name}/postgresql`,
    rung: 'sweep',
    rungWhy: null,
    network: { function: REMEDIATE_ARN, vpc },
    declaredAs: null,
    lastSeen: '2026-11-29T02:30:00.000Z',
    goneSince: null,
    accepted: null,
    ...given,
  };
}

/** An RDS instance as the API shows it, with the tag `enforce`. */
export function rdsInstance(given: Partial<RdsInstance> = {}): RdsInstance {
  const { name = 'orders', resource = 'db-ORDERS' } = given;
  return {
    resource,
    name,
    arn: `arn:aws:rds:eu-central-1:111122223333:db:${name}`,
    engine: 'postgres',
    engineVersion: '17.6',
    instanceClass: 'db.m7g.large',
    host: `${name}.abc.eu-central-1.rds.amazonaws.com`,
    port: 5432,
    vpc: VPC,
    status: 'available',
    iam: true,
    exportsLog: true,
    cluster: null,
    source: null,
    unsupported: null,
    tags: [tag('enforce'), { key: 'team', value: 'shop' }],
    ...given,
  };
}

export function rdsCluster(given: Partial<RdsCluster> = {}): RdsCluster {
  const { name = 'shop', resource = 'cluster-SHOP' } = given;
  return {
    resource,
    name,
    arn: `arn:aws:rds:eu-central-1:111122223333:cluster:${name}`,
    engine: 'aurora-postgresql',
    engineVersion: '17.4',
    status: 'available',
    iam: true,
    exportsLog: true,
    minimumCapacity: null,
    isLimitless: false,
    source: null,
    vpc: null,
    tags: [tag('enforce')],
    ...given,
  };
}

export function tag(value: string): ResourceTag {
  return { key: 'pg-headroom', value };
}

/** What is read of a cell whose network reaches the databases. */
export function cellView(given: Partial<RdsView & Omit<CellView, 'rds'>> = {}): CellView {
  const { instances = [], clusters = [], ...rest } = given;
  return {
    rds: { instances, clusters },
    parameters: {
      networks: [{ vpc: VPC, function: REMEDIATE_ARN, reaches: [], concurrency: null }],
      declared: [],
    },
    rungs: null,
    ownerTag: 'team',
    ...rest,
  };
}

/** A cell with one instance. */
export function viewOf(
  given: Partial<RdsInstance> = {},
  more: Parameters<typeof cellView>[0] = {},
): CellView {
  return cellView({ instances: [rdsInstance(given)], ...more });
}

/** The registry after reads at these moments, the oldest first. */
export function registryAfter(...reads: readonly (readonly [view: CellView, at: number])[]) {
  let databases: readonly RegisteredDatabase[] = [];
  const writes = reads.map(([view, at]) => {
    const found = reconcile(databases, view, at);
    databases = found.databases;
    return found.writes;
  });
  return { databases, writes };
}
