import type { RegisteredDatabase } from '../../functions/core/fleet/registry-item.ts';

/** The moment at which fleets of the tests live. */
export const FLEET_NOW = Date.parse('2026-11-29T03:00:00.000Z');
export const VPC = 'vpc-0a1b2c3d4e5f60718';
export const REMEDIATE_ARN = `arn:aws:lambda:eu-central-1:111122223333:function:pg-headroom-fleet-remediate-${VPC}`;

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
