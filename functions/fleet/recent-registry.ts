import type { ReadRegistry } from './dispatch-ports.ts';

/** How long a warm `intake` uses the registry that it has read. Until then only sweeps start runs of a new database. */
export const REGISTRY_HOLDS_MS = 20_000;

/**
 * A registry that is read again only after `holdsMs`: a storm of refusals comes in many batches, and each would read the whole
 * table. What is old by then starts at most a run that looks for itself. A read that failed is not kept.
 */
export function recentRegistry(read: ReadRegistry, holdsMs: number, now: () => number): ReadRegistry {
  let kept: { readonly at: number; readonly rows: ReturnType<ReadRegistry> } | null = null;
  return () => {
    if (kept !== null && now() - kept.at < holdsMs) return kept.rows;
    const reading = { at: now(), rows: read() };
    kept = reading;
    reading.rows.catch(() => {
      if (kept === reading) kept = null;
    });
    return reading.rows;
  };
}
