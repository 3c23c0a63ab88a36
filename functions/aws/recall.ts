import { coerceError } from '../core/base/errors.ts';
import type { Recall } from '../core/run/pause.ts';

/** One try only, because a full server waits. A run that has no answer after 500 ms decides without one. */
const LIMITS = { attempts: 1, withinMs: 500 } as const;

/** What `remediate` reads of its server's memory, while it connects. Never throws. */
export function recallFrom(server: string, table: string | null): () => Promise<Recall | null> {
  return async () => {
    if (table === null) return null;
    try {
      // Loaded on demand: the form of an item is long, and a function without memory never reads one.
      const { readMemory } = await import('./memory-table.ts');
      const { paused, ownTries } = await readMemory({ server, table }, LIMITS);
      return { kind: 'read', table, paused, ...(ownTries.length > 0 && { ownTries }) };
    } catch (thrown) {
      return { kind: 'unreadable', table, problem: coerceError(thrown).toProblem() };
    }
  };
}
