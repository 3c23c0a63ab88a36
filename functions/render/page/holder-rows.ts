import type { GroupUsage, Ranking } from '../../core/server/rank-groups.ts';
import type { Blame } from './blame.ts';
import { countKinds, type KindCounts, STATE_KINDS } from './state-kinds.ts';

/** Programs that hold slots in the same way, in one row. */
export type HolderRow = {
  readonly groups: readonly GroupUsage[];
  readonly isBlamed: boolean;
  readonly sessions: number;
  readonly counts: KindCounts;
};

/** Which programs held the slots when the snapshot was taken. */
export type Holders = {
  readonly rows: readonly HolderRow[];
  /** Sessions that our role may not see. */
  readonly hidden: number;
  readonly usable: number;
};

/** Fewer programs can be read one by one. */
const FEWEST_ALIKE = 3;
/** Rows that people look at. The last one sums up the rest. */
const MOST_ROWS = 9;

/** Blamed programs come first, then the largest. Programs with the same numbers are one row. */
export function holderRows(
  { groups, hidden, usable }: Pick<Ranking, 'groups' | 'hidden' | 'usable'>,
  { isBlamedGroup }: Blame,
): Holders {
  const alike = Map.groupBy(groups, (usage) =>
    JSON.stringify([isBlamedGroup(usage.group), countsOf([usage])]),
  );
  const rows = [...alike.values()]
    .flatMap((those) => (those.length < FEWEST_ALIKE ? those.map((each) => [each]) : [those]))
    .map((those) =>
      rowOf(
        those,
        those.some(({ group }) => isBlamedGroup(group)),
      ),
    )
    .toSorted((a, b) => Number(b.isBlamed) - Number(a.isBlamed) || b.sessions - a.sessions);
  return { rows: bounded(rows), hidden, usable };
}

function rowOf(groups: readonly GroupUsage[], isBlamed: boolean): HolderRow {
  const sessions = groups.reduce((sum, each) => sum + each.sessions, 0);
  return { groups, isBlamed, sessions, counts: countsOf(groups) };
}

function countsOf(groups: readonly GroupUsage[]): KindCounts {
  return countKinds(groups.flatMap(({ states }) => states));
}

/** Blamed programs and others never share a row. */
function bounded(rows: readonly HolderRow[]): readonly HolderRow[] {
  if (rows.length <= MOST_ROWS) return rows;
  return [true, false].flatMap((isBlamed) => {
    const those = rows.filter((row) => row.isBlamed === isBlamed);
    const most = Math.max(
      1,
      MOST_ROWS - (isBlamed ? 2 : Math.min(MOST_ROWS - 2, rows.length - those.length)),
    );
    if (those.length <= most) return those;
    const rest = those.slice(most - 1).flatMap(({ groups }) => groups);
    return [...those.slice(0, most - 1), rowOf(rest, isBlamed)];
  });
}

/** The kinds that occur, for the legend. */
export function kindsIn(rows: readonly Pick<HolderRow, 'counts'>[]): readonly (typeof STATE_KINDS)[number][] {
  return STATE_KINDS.filter((kind) => rows.some(({ counts }) => counts[kind] > 0));
}
