import { type Memory, type MemoryPlace, NOTHING_REMEMBERED } from '../core/incident/memory.ts';
import { memoryDocument, parseMemory } from '../core/incident/memory-document.ts';

/** Attributes as they travel, whoever reads them. All but the condition's version is one text: nothing else looks inside. */
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

/** @throws RemediationError `memory-unreadable`. No item is a server of which nothing is remembered yet. */
export function parseMemoryItem(place: MemoryPlace, item: unknown): Memory {
  if (item === undefined) return NOTHING_REMEMBERED;
  const { version, memory } = (item ?? {}) as {
    readonly [Name in string]?: { readonly N?: string; readonly S?: string };
  };
  return parseMemory(place, Number(version?.N), memory?.S ?? '');
}
