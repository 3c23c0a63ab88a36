import { RemediationError } from '../core/base/errors.ts';
import type { Memory } from '../core/incident/memory.ts';
import type { MemoryStore } from './report-ports.ts';

/** Each time that a race is lost, somebody else has won it: a server has its few reports and now and then a human. */
const TRIES = 20;

/**
 * Changes what is remembered of a server, and nobody else's change is lost: whoever was overtaken reads again and
 * decides anew. `change` returns what it was given when there is nothing to change.
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
