import type { CellSummary } from './cell-summary.ts';
import { isDecided, LADDER, type LadderStep } from './ladder.ts';
import { weekOf } from './week-of.ts';

/** A cell by the account that the bus vouches for, and the region that this account says. */
export type CellName = { readonly account: string; readonly region: string };

/** What the hub keeps of a cell: its newest summary, and when that came by the clock of the hub. */
export type HeardCell = CellName & {
  readonly heardAt: number;
  /** Null where the text is no summary that this version understands. */
  readonly summary: CellSummary | null;
};

/** A number of databases, in how many cells they are, and the cell that has most of them. */
export type Spread = { readonly databases: number; readonly cells: number; readonly most: CellName };

type Gap = CellSummary['gaps'][number];
/** What keeps databases from a step, in all cells together. */
export type FleetGap = Pick<Gap, 'step' | 'problem'> & Spread;

/** All cells in one. Numbers are of cells that were heard this week. */
export type FleetDigest = {
  readonly week: string;
  readonly cells: number;
  readonly total: Readonly<Record<Total, number>>;
  readonly ladder: readonly { readonly step: LadderStep; readonly reached: number }[];
  /** What people have not decided, most databases first. */
  readonly gaps: readonly FleetGap[];
  readonly held: readonly {
    readonly source: CellSummary['held'][number]['source'];
    readonly databases: number;
  }[];
  readonly fresh: readonly (CellName & CellSummary['fresh'])[];
  readonly unwell: readonly (CellName & CellSummary['unwell'])[];
  /** Cells whose dispatcher cannot see the databases, that do not get to the bucket, or that cannot use what they have. */
  readonly impaired: readonly (CellName &
    Pick<CellSummary, 'isBlind' | 'isCutOff' | 'badPolicies' | 'unreadable'>)[];
  /** Cells that were heard before and not this week. */
  readonly silent: readonly (CellName & { readonly heardAt: number })[];
  /** Cells of which the text is no summary. */
  readonly unread: readonly CellName[];
  /** How many cells run which code, most first. */
  readonly codes: readonly { readonly code: string; readonly cells: number; readonly first: CellName }[];
};

const TOTALS = ['databases', 'aside', 'enforce', 'observe', 'off', 'gone', 'incidents', 'ended'] as const;
type Total = (typeof TOTALS)[number];

const HOUR_MS = 3_600_000;
/** A digest that is made within an hour of the week's beginning is about the week before: cells need time to speak. */
const TIME_TO_SPEAK_MS = HOUR_MS;
/** The clock of a cell may be ahead by this much. */
const AHEAD_MS = 15 * 60_000;
/** A cell that was not heard for so long is forgotten. */
export const FORGOTTEN_DAYS = 90;

export function fleetDigest(heard: readonly HeardCell[], now: number): FleetDigest {
  const week = weekOf(now - TIME_TO_SPEAK_MS);
  const since = Date.parse(week) - AHEAD_MS;
  const known = heard.filter(({ heardAt }) => now - heardAt < FORGOTTEN_DAYS * 24 * HOUR_MS).toSorted(byName);
  const current = known.filter(({ heardAt }) => heardAt >= since);
  const read = current.flatMap(({ account, region, summary }): readonly ReadCell[] =>
    summary === null ? [] : [{ account, region, summary }],
  );
  return {
    week,
    cells: read.length,
    total: totalOf(read),
    ladder: LADDER.map((step) => ({ step, reached: reachedIn(read, step) })),
    gaps: gapsIn(read),
    held: heldIn(read),
    fresh: inTurn(read.flatMap((cell) => named(cell, cell.summary.fresh))),
    unwell: read.flatMap((cell) => named(cell, cell.summary.unwell)),
    impaired: inTurn(read.flatMap(impairedIn)),
    silent: known.filter(({ heardAt }) => heardAt < since).map(({ summary: _, ...cell }) => cell),
    unread: current.filter(({ summary }) => summary === null).map(nameOf),
    codes: codesIn(read),
  };
}

type ReadCell = CellName & { readonly summary: CellSummary };

function nameOf({ account, region }: CellName): CellName {
  return { account, region };
}

function byName(one: CellName, other: CellName): number {
  return `${one.account} ${one.region}` < `${other.account} ${other.region}` ? -1 : 1;
}

/** The first cell of each account before the second of any: an account that claims many regions hides no other in a short list. */
function inTurn<Cell extends CellName>(cells: readonly Cell[]): readonly Cell[] {
  const turns = [...Map.groupBy(cells, ({ account }) => account).values()].flatMap((some) =>
    some.map((cell, turn) => ({ cell, turn })),
  );
  return turns.toSorted((one, other) => one.turn - other.turn).map(({ cell }) => cell);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

function totalOf(cells: readonly ReadCell[]): FleetDigest['total'] {
  const sums = TOTALS.map((total) => [total, sumOf(cells.map(({ summary }) => summary[total]))] as const);
  return Object.fromEntries(sums) as FleetDigest['total'];
}

function reachedIn(cells: readonly ReadCell[], step: LadderStep): number {
  const rows = cells.flatMap(({ summary }) => summary.ladder.filter((row) => row.step === step));
  return sumOf(rows.map(({ reached }) => reached));
}

function gapsIn(cells: readonly ReadCell[]): FleetDigest['gaps'] {
  const all = cells.flatMap((cell) => cell.summary.gaps.map((gap) => ({ ...gap, cell })));
  const open = all.filter(({ problem }) => problem === 'other' || !isDecided(problem));
  const groups = Map.groupBy(open, ({ step, problem }) => `${step} ${problem}`);
  return [...groups.values()]
    .flatMap((some) => {
      const [first] = some.toSorted((one, other) => other.databases - one.databases);
      if (first === undefined) return [];
      const { step, problem, cell } = first;
      const databases = sumOf(some.map((gap) => gap.databases));
      const holders = new Set(some.map((gap) => gap.cell));
      return [{ step, problem, databases, cells: holders.size, most: nameOf(cell) }];
    })
    .filter(({ databases }) => databases > 0)
    .toSorted((one, other) => other.databases - one.databases);
}

function heldIn(cells: readonly ReadCell[]): FleetDigest['held'] {
  const groups = Map.groupBy(
    cells.flatMap(({ summary }) => summary.held),
    ({ source }) => source,
  );
  return [...groups]
    .map(([source, some]) => ({ source, databases: sumOf(some.map(({ databases }) => databases)) }))
    .toSorted((one, other) => other.databases - one.databases);
}

function named(cell: ReadCell, some: CellSummary['fresh']): readonly (CellName & CellSummary['fresh'])[] {
  return some.databases === 0 ? [] : [{ ...nameOf(cell), ...some }];
}

function impairedIn({ summary, ...cell }: ReadCell): FleetDigest['impaired'] {
  const { isBlind, isCutOff, badPolicies, unreadable } = summary;
  const isImpaired = isBlind || isCutOff || badPolicies + unreadable > 0;
  return isImpaired ? [{ ...nameOf(cell), isBlind, isCutOff, badPolicies, unreadable }] : [];
}

function codesIn(cells: readonly ReadCell[]): FleetDigest['codes'] {
  return [...Map.groupBy(inTurn(cells), ({ summary }) => summary.code)]
    .flatMap(([code, some]) =>
      some[0] === undefined ? [] : [{ code, cells: some.length, first: nameOf(some[0]) }],
    )
    .toSorted((one, other) => other.cells - one.cells);
}
