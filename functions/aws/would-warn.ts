import type { WarningSettings } from '../core/warning/warning-settings.ts';
import { countSlots } from '../core/warning/warning-state.ts';
import type { RemediatePorts } from '../remediate/ports.ts';

/**
 * Whether `report` would warn people of a count, from the counts before it. False where that cannot be known: people are
 * then warned without a look at who grows.
 */
export function wouldWarn(
  server: string,
  table: string | null,
  settings: WarningSettings | null,
): NonNullable<RemediatePorts['wouldWarn']> {
  return async (count) => {
    if (table === null || settings === null) return false;
    try {
      // Loaded on demand: a server with most of its slots free needs none of it.
      const { countsIn } = await import('./counts-table.ts');
      const before = await countsIn(table).read(server);
      return countSlots(before, count, settings).news !== null;
    } catch {
      return false;
    }
  };
}
