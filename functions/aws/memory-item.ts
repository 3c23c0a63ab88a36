import { type Memory, type MemoryPlace, NOTHING_REMEMBERED } from '../core/incident/memory.ts';
import { memoryDocument, parseMemory } from '../core/incident/memory-document.ts';

/**
 * The attributes of an item in DynamoDB. All but `version`, which the condition of a write needs, is one text: nothing else
 * reads what is in it.
 */
export type MemoryItem = {
  readonly server: { readonly S: string };
  readonly version: { readonly N: string };
  readonly memory: { readonly S: string };
};

export function keyOf({ server }: MemoryPlace): Pick<MemoryItem, 'server'> {
  return { server: { S: server } };
}

export function itemOf(place: MemoryPlace, memory: Memory): MemoryItem {
  return {
    ...keyOf(place),
    version: { N: String(memory.version) },
    memory: { S: memoryDocument(memory) },
  };
}

/**
 * No item means that nothing is remembered of the server yet.
 * @throws RemediationError `memory-unreadable`.
 */
export function parseMemoryItem(place: MemoryPlace, item: unknown): Memory {
  if (item === undefined) return NOTHING_REMEMBERED;
  const { version, memory } = (item ?? {}) as {
    readonly [Name in string]?: { readonly N?: string; readonly S?: string };
  };
  return parseMemory(place, Number(version?.N), memory?.S ?? '');
}
