import { coerceError } from '../core/base/errors.ts';
import type { Recall } from '../core/run/pause.ts';

/** A run that has no answer after 500 ms decides without one: a full server waits. */
const WITHIN_MS = 500;

/** What `remediate` reads of its server's memory, in one try, while it connects. Never throws. */
export function recallFrom(
  server: string,
  table: string | null,
  withinMs = WITHIN_MS,
): () => Promise<Recall | null> {
  return async () => {
    if (table === null) return null;
    try {
      // Loaded on demand: the form of an item is long, and a function without memory never reads one.
      const { readMemory } = await import('./memory-table.ts');
      const { paused, resumed, ownTries } = await readMemory({ server, table }, { attempts: 1, withinMs });
      const more = { ...(resumed && { resumed }), ...(ownTries.length > 0 && { ownTries }) };
      return { kind: 'read', table, paused, ...more };
    } catch (thrown) {
      return { kind: 'unreadable', table, problem: coerceError(thrown).toProblem() };
    }
  };
}
