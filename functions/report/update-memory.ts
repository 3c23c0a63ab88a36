import { RemediationError } from '../core/base/errors.ts';
import type { Memory } from '../core/incident/memory.ts';
import type { MemoryStore } from './report-ports.ts';

/**
 * Losing a race means that another writer has won it. A server has few reports, and now and then a person
 * writes.
 */
const TRIES = 20;

/**
 * Changes what is remembered about a server without losing the changes of other writers. A writer that was
 * too slow reads again and decides again. `change` returns its argument when there is nothing to change.
 * @throws RemediationError `memory-unreadable`, `memory-unwritable`.
 */
export async function updateMemory(
  store: MemoryStore,
  server: string,
  change: (memory: Memory) => Memory,
): Promise<{ readonly before: Memory; readonly after: Memory }> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const before = await store.read(server);
    const changed = change(before);
    if (changed === before) return { before, after: before };
    const after = { ...changed, version: before.version + 1 };
    if (await store.write(server, after)) return { before, after };
  }
  const message = `What is to be remembered of ${server} was overtaken by another writer ${TRIES} times: try again.`;
  throw new RemediationError('memory-unwritable', message);
}
