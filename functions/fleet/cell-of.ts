import {
  CELL_KEYS,
  type CellRungs,
  type CellState,
  type FleetSwitch,
  type PolicyCopy,
  parseBlindSince,
  parseCellState,
  parsePolicyCopy,
  parseRungs,
  parseSwitch,
  policyNameIn,
} from '../core/fleet/cell-items.ts';
import { parseRegistryItem, type RegisteredDatabase } from '../core/fleet/registry-item.ts';
import type { RegistryRow } from './dispatch-ports.ts';

/** The registry of a cell, parsed. */
export type Cell = {
  readonly databases: readonly RegisteredDatabase[];
  readonly policies: ReadonlyMap<string, PolicyCopy>;
  /** What people switched, and what the organisation did. */
  readonly people: FleetSwitch | null;
  readonly organisation: FleetSwitch | null;
  /** Since when runs are told that their addresses are not known to be right. */
  readonly blindSince: string | null;
  readonly state: CellState;
  readonly rungs: CellRungs | null;
  /** Keys of rows that look like a database and are none. */
  readonly unreadable: readonly string[];
};

export function cellOf(rows: readonly RegistryRow[], now: number): Cell {
  const byKey = new Map(rows.map((row) => [row.key, row.texts]));
  const ofDatabases = rows.filter(({ key }) => !key.startsWith('cell#'));
  const read = ofDatabases.map(({ key, texts }) => ({
    key,
    database: parseRegistryItem(key, texts.item, texts.accepted),
  }));
  const policies = rows.flatMap(({ key, texts }) => {
    const name = policyNameIn(key);
    const copy = name === null ? null : parsePolicyCopy(name, texts.item);
    return name === null || copy === null ? [] : [[name, copy] as const];
  });
  const { people, organisation, item: sight } = byKey.get(CELL_KEYS.switch) ?? {};
  return {
    databases: read.flatMap(({ database }) => (database === null ? [] : [database])),
    policies: new Map(policies),
    people: parseSwitch(people, now),
    organisation: parseSwitch(organisation, now),
    blindSince: parseBlindSince(sight),
    state: parseCellState(byKey.get(CELL_KEYS.state)?.item),
    rungs: parseRungs(byKey.get(CELL_KEYS.rungs)?.item),
    unreadable: read.flatMap(({ key, database }) => (database === null ? [key] : [])),
  };
}
