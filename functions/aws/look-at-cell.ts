import { type MemoryRow, seenCell } from '../core/fleet/seen-cell.ts';
import { NOTHING_REMEMBERED } from '../core/incident/memory.ts';
import { type PastWeek, pastWeek } from '../core/incident/past-week.ts';
import type { LookAtCell } from '../fleet/summarise-cell.ts';
import { allOf } from './all-of.ts';
import type { Item } from './fleet-items.ts';
import { knownRegion } from './known-region.ts';
import { withFleetTable } from './registry-table.ts';
import { seenMemory, seenRows } from './seen-rows.ts';

/** No run and no person waits for it. */
const WITHIN_MS = 15_000;

/** Reads a whole cell once. */
export function lookAtCellIn({
  registry,
  table,
}: {
  readonly registry: string;
  readonly table: string;
}): LookAtCell {
  return async (now) => {
    const [{ rows, region }, memories] = await Promise.all([readRows(registry), readMemories(table, now)]);
    const view = seenCell(rows, new Map(memories.map(([key, { row }]) => [key, row])), { region, now });
    return { view, past: memories.map(([, { past }]) => past) };
  };
}

function readRows(TableName: string) {
  return scanning(TableName, async ({ paginateScan }, client, options) => {
    const pages = paginateScan({ client }, { TableName, ConsistentRead: true }, options);
    const rows = await allOf(pages, ({ Items = [] }) => Items.flatMap(seenRows));
    return { rows, region: await knownRegion(client) };
  });
}

function readMemories(TableName: string, now: number): Promise<readonly (readonly [string, Facts])[]> {
  return scanning(TableName, ({ paginateScan }, client, options) =>
    allOf(paginateScan({ client }, { TableName }, options), ({ Items = [] }) =>
      Items.flatMap((item) => {
        const key = item.server?.S;
        return key === undefined ? [] : [[key, factsOf(key, item, now)] as const];
      }),
    ),
  );
}

type Facts = { readonly row: MemoryRow; readonly past: PastWeek };

/** A memory is large, and little of it is needed. */
function factsOf(key: string, item: Item, now: number): Facts {
  const { row, memory } = seenMemory(key, item, now);
  return { row, past: pastWeek(memory ?? NOTHING_REMEMBERED, now) };
}

function scanning<Result>(table: string, use: Parameters<typeof withFleetTable<Result>>[2]): Promise<Result> {
  return withFleetTable('registry-unreadable', `Table ${table}`, use, WITHIN_MS);
}
