import { CALM } from '../../functions/core/fleet/attention.ts';
import { CELL_KEYS } from '../../functions/core/fleet/cell-items.ts';
import type { RegistryItem } from '../../functions/core/fleet/registry-item.ts';
import type { MemoryRow, SeenRow } from '../../functions/core/fleet/seen-cell.ts';
import { type SeenCell, seenCell } from '../../functions/core/fleet/seen-cell.ts';
import { PROOF_TEXT } from './fleet.ts';

/** Registries and memories of cells, as their tables have them. */

export const CELL_NOW = Date.parse('2026-11-29T03:20:00Z');
export const CELL_VPC = 'vpc-0a1b2c3d4e5f60718';
const FUNCTION = `arn:aws:lambda:eu-west-1:111122223333:function:pg-headroom-fleet-remediate-${CELL_VPC}`;

/** The resource id of a database by its name, in the form of RDS. */
export function resourceOf(name: string): string {
  return `db-${name
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .padEnd(26, 'X')}`;
}

export function keyOfDatabase(name: string, vpc = CELL_VPC): string {
  return `${vpc}#${resourceOf(name)}`;
}

/** A database that has everything and enforces, with other fields. */
export function itemOfDatabase(name: string, fields: Partial<RegistryItem> = {}): RegistryItem {
  const vpc = fields.vpc ?? CELL_VPC;
  return {
    version: 1,
    key: keyOfDatabase(name, vpc),
    resource: resourceOf(name),
    vpc,
    kind: 'instance',
    cluster: null,
    name,
    arn: `arn:aws:rds:eu-west-1:111122223333:db:${name}`,
    engine: 'postgres',
    engineVersion: '16.4',
    host: `${name}.abcdefghijkl.eu-west-1.rds.amazonaws.com`,
    port: 5432,
    database: 'postgres',
    tag: 'enforce',
    policy: null,
    owner: 'payments',
    status: 'available',
    standing: 'runs',
    why: null,
    firstSeen: '2026-11-01T00:00:00.000Z',
    observeUntil: '2026-11-02T00:00:00.000Z',
    source: null,
    iam: true,
    iamTooSmall: false,
    minimumCapacity: null,
    logGroup: `/aws/rds/instance/${name}/postgresql`,
    rung: 'subscription',
    rungWhy: null,
    network: { function: FUNCTION, vpc: CELL_VPC },
    declaredAs: null,
    lastSeen: '2026-11-29T03:15:00.000Z',
    goneSince: null,
    ...fields,
  };
}

export function rowOfDatabase(item: RegistryItem, accepted?: string): SeenRow {
  return { key: item.key, item: JSON.stringify(item), ...(accepted !== undefined && { accepted }) };
}

export function memoryOfDatabase(fields: Partial<MemoryRow> = {}): MemoryRow {
  return { attention: CALM, pause: null, told: [], ...fields };
}

/** A cell of these items that is proven, with what its memory has and other rows of its registry. */
export function cellOf(
  items: readonly RegistryItem[],
  memory: Readonly<Record<string, MemoryRow>> = {},
  more: readonly SeenRow[] = [],
): SeenCell {
  const proven = { key: CELL_KEYS.switch, proof: PROOF_TEXT };
  const others = more.map((row) => (row.key === CELL_KEYS.switch ? { ...proven, ...row } : row));
  const rows = [...items.map((item) => rowOfDatabase(item)), ...others, proven];
  const byKey = new Map(Object.entries(memory).map(([name, row]) => [keyOfDatabase(name), row]));
  return seenCell(rows, byKey, { region: 'eu-west-1', now: CELL_NOW });
}

/** One database on each step, and some aside: what a new cell looks like after its first week. */
export function mixedCell(): SeenCell {
  const failing = (failedBy: string) =>
    memoryOfDatabase({ attention: { ...CALM, failures: 3, failedAt: '2026-11-29T03:10:00.000Z', failedBy } });
  const item = itemOfDatabase;
  return cellOf(
    [
      ...['orders', 'billing', 'search'].map((name) => item(name)),
      item('archive', { tag: 'absent', standing: 'untagged', owner: null }),
      item('legacy', { tag: 'absent', standing: 'untagged', owner: 'core' }),
      item('typo', { tag: 'unknown', standing: 'untagged', why: 'unknown-tag' }),
      item('island', { network: null, standing: 'skipped', why: 'no-network', vpc: 'vpc-0bbbbbbbbbbbbbbbb' }),
      item('passwords', { iam: false, standing: 'skipped', why: 'iam-off' }),
      item('tiny', { iam: false, iamTooSmall: true, standing: 'skipped', why: 'iam-too-small' }),
      item('walled'),
      item('roleless'),
      item('silent-log', { rung: 'sweep', logGroup: null }),
      item('no-reserve'),
      item('watched', { tag: 'observe' }),
      item('orders-clone', {
        source: 'orders',
        firstSeen: '2026-11-29T01:10:00.000Z',
        observeUntil: '2026-11-30T01:10:00.000Z',
      }),
      item('crown-jewels', { standing: 'declared', declaredAs: 'crown-jewels' }),
      item('stopped', { standing: 'skipped', why: 'status', status: 'stopped' }),
      item('sharded', { standing: 'unsupported', why: 'limitless' }),
    ],
    {
      walled: failing('connect-unreachable'),
      roleless: failing('connect-authentication'),
      'no-reserve': memoryOfDatabase({ told: ['reserve'] }),
    },
  );
}
