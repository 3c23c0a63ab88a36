import type { RegisteredDatabase } from '../core/fleet/registry-item.ts';
import { type Cell, cellOf } from './cell-of.ts';
import { type IntakePorts, startAtOnce } from './intake.ts';
import { runningIn } from './running-in.ts';

/**
 * Starts a run of each database that only a metric filter watches. One metric counts their refusals together, so that its
 * alarm does not tell which of them it was: each run looks as a sweep does, or every healthy one would be told as a refusal
 * without a cause. @throws RemediationError `registry-unreadable` or `registry-unwritable`.
 */
export async function sweepFiltered(ports: IntakePorts): Promise<void> {
  const cell = cellOf(await ports.readRegistry(), ports.now());
  const filtered = runningIn(cell.databases, cell, ports.now()).filter(isFilteredIn(cell));
  for (const database of filtered) await startAtOnce(database, 'alarm', ports);
  ports.log('filtered-swept', { databases: filtered.length });
}

/**
 * An item gets its rung at the next period. The alarm may go on before, and then does not act again while it stays on: what the
 * function of the triggers wrote of the log group counts too.
 */
function isFilteredIn({ rungs }: Cell): (database: RegisteredDatabase) => boolean {
  const groups = new Set(rungs?.groups.flatMap(({ group, rung }) => (rung === 'filter' ? [group] : [])));
  return ({ rung, logGroup }) => rung === 'filter' || (logGroup !== null && groups.has(logGroup));
}
