import { FLEET_TABLES } from '../contract.ts';
import { coerceError } from '../core/base/errors.ts';
import { parseAttention } from '../core/fleet/attention.ts';
import type { MemoryRow, SeenRow } from '../core/fleet/seen-cell.ts';
import type { Memory } from '../core/incident/memory.ts';
import type { Item } from './fleet-items.ts';
import { parseMemoryItem } from './memory-item.ts';

/** The row of a registry item that a look at a cell needs. Empty for an item without a key. */
export function seenRows(item: Item): readonly SeenRow[] {
  const texts = Object.entries(item).flatMap(([name, { S }]) =>
    S === undefined ? [] : [[name, S] as const],
  );
  const { key, ...more } = Object.fromEntries(texts) as { readonly [Name in string]?: string };
  return key === undefined ? [] : [{ ...more, key }];
}

/** What the memory has of a database. `memory` is null, and `problem` says why, where it cannot be read. */
export type SeenMemory = {
  readonly row: MemoryRow;
  readonly memory: Memory | null;
  readonly problem: string | null;
};

/** A memory that cannot be read says nothing about the ladder, and does not keep people from looking at it. */
export function seenMemory(key: string, item: Item, now: number): SeenMemory {
  const plain = Object.fromEntries(
    Object.entries(item).map(([name, { S, N, BOOL }]) => [
      name,
      S ?? BOOL ?? (N === undefined ? null : Number(N)),
    ]),
  );
  const attention = parseAttention(plain);
  try {
    const memory = parseMemoryItem({ server: key, table: FLEET_TABLES.memory }, item, now);
    return { row: { attention, pause: memory.paused, told: memory.told }, memory, problem: null };
  } catch (thrown) {
    return { row: { attention, pause: null, told: [] }, memory: null, problem: coerceError(thrown).message };
  }
}
