import type { Pause } from '../run/pause.ts';
import { pauseAt } from '../run/pause.ts';
import type { Attention } from './attention.ts';
import { CALM } from './attention.ts';
import {
  CELL_KEYS,
  type CellState,
  type FleetSwitch,
  type PolicyCopy,
  parseBlindSince,
  parseCellState,
  parsePolicyCopy,
  parseSwitch,
  policyNameIn,
} from './cell-items.ts';
import { type CellProof, parseProof } from './cell-proof.ts';
import { fleetMode } from './fleet-mode.ts';
import { type LadderPlace, placeOnLadder } from './ladder.ts';
import { policyInForce } from './policy-in-force.ts';
import { parseRegistryItem, type RegisteredDatabase } from './registry-item.ts';

/** One item of the registry, as its table has it. Each attribute is a text. */
export type SeenRow = { readonly key: string } & { readonly [Attribute in string]?: string };

/** What the memory has of a database. */
export type MemoryRow = {
  readonly attention: Attention;
  readonly pause: Pause | null;
  readonly told: readonly string[];
};

/** A cell as people look at it. */
export type SeenCell = {
  readonly region: string;
  /** From the ARNs of the databases; null where there are none. */
  readonly account: string | null;
  readonly places: readonly LadderPlace[];
  readonly people: FleetSwitch | null;
  readonly organisation: FleetSwitch | null;
  /** Whether logins here are proven to go by the tag. */
  readonly proof: CellProof | null;
  readonly policies: readonly PolicyCopy[];
  readonly state: CellState;
  /** Items of databases that this version cannot read. */
  readonly unreadable: readonly string[];
};

const CALM_ROW: MemoryRow = { attention: CALM, pause: null, told: [] };

export function seenCell(
  rows: readonly SeenRow[],
  memory: ReadonlyMap<string, MemoryRow>,
  { region, now }: { readonly region: string; readonly now: number },
): SeenCell {
  const { state, blindSince, ...ofAll } = cellItself(rows, now);
  const { people, organisation, proof } = ofAll;
  const policies = rows.flatMap(({ key, item }) => {
    const name = policyNameIn(key);
    const copy = name === null ? null : parsePolicyCopy(name, item);
    return copy === null ? [] : [copy];
  });
  const ofDatabases = rows.filter(({ key }) => !key.startsWith('cell#'));
  const read = ofDatabases.map(({ key, item, accepted }) => parseRegistryItem(key, item, accepted));
  const databases = read.filter((each) => each !== null);
  const placeOf = (database: RegisteredDatabase) => {
    const { attention, pause, told } = memory.get(database.key) ?? CALM_ROW;
    const copy = policies.find(({ name }) => name === (database.policy ?? 'default')) ?? null;
    const { mode: policyMode, problem: policyProblem } = policyInForce(database.policy, copy);
    const limits = { organisation, cell: people, proof, blindSince, pause: pauseAt(pause, now), now };
    return placeOnLadder({
      database,
      attention,
      told,
      mode: fleetMode({ database, policyMode, policyProblem, ...limits }),
    });
  };
  return {
    region,
    account: databases[0]?.arn.split(':')[4] ?? null,
    places: databases.map(placeOf).toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1)),
    ...ofAll,
    policies,
    state,
    unreadable: ofDatabases.filter((_, at) => read[at] === null).map(({ key }) => key),
  };
}

/** What the registry has of the cell as a whole. */
function cellItself(rows: readonly SeenRow[], now: number) {
  const textOf = (key: string, attribute: string) => rows.find((row) => row.key === key)?.[attribute];
  return {
    people: parseSwitch(textOf(CELL_KEYS.switch, 'people'), now),
    organisation: parseSwitch(textOf(CELL_KEYS.switch, 'organisation'), now),
    proof: parseProof(textOf(CELL_KEYS.switch, 'proof')),
    blindSince: parseBlindSince(textOf(CELL_KEYS.switch, 'item')),
    state: parseCellState(textOf(CELL_KEYS.state, 'item')),
  };
}

function nameOf({ seen }: LadderPlace): string {
  return seen.database.name;
}

/**
 * The database of this name, resource id or key. Names are given anew after a database was deleted: the one that is still
 * there is meant.
 */
export function findDatabase({ places }: SeenCell, named: string): readonly LadderPlace[] {
  const found = places.filter(({ seen: { database } }) =>
    [database.name, database.resource, database.key, database.arn].includes(named),
  );
  const there = found.filter(({ aside }) => aside !== 'gone');
  return there.length > 0 ? there : found;
}
