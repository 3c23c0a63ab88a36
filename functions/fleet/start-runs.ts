import { coerceError } from '../core/base/errors.ts';
import type { DueRun } from '../core/fleet/due.ts';
import type { RegisteredDatabase } from '../core/fleet/registry-item.ts';
import { type FleetTrigger, runEventOf } from '../core/fleet/run-event.ts';
import type { DispatchPorts } from './dispatch-ports.ts';

/** The number of invocations that are under way at the same time. */
const AT_ONCE = 10;

type StartPorts = Pick<DispatchPorts, 'invokeRun' | 'now' | 'sleep' | 'log'>;

/** Starts each run at its time after `startedAt`. One that cannot be started is left to the next period. */
export async function startRuns(
  due: readonly DueRun[],
  trigger: FleetTrigger,
  startedAt: number,
  ports: StartPorts,
): Promise<void> {
  for (let at = 0; at < due.length; at += AT_ONCE) {
    const together = due.slice(at, at + AT_ONCE);
    const waitMs = startedAt + (together[0]?.afterMs ?? 0) - ports.now();
    if (waitMs > 0) await ports.sleep(waitMs);
    await Promise.all(together.map(({ database }) => startFleetRun(database, trigger, ports)));
  }
}

/** False when it could not be started. */
export async function startFleetRun(
  database: RegisteredDatabase,
  trigger: FleetTrigger,
  { invokeRun, now, log }: Pick<StartPorts, 'invokeRun' | 'now' | 'log'>,
): Promise<boolean> {
  if (database.network === null) return false;
  try {
    await invokeRun(database.network.function, runEventOf(database, trigger, now()));
    return true;
  } catch (thrown) {
    log('run-not-started', { database: database.key, ...coerceError(thrown).toProblem() });
    return false;
  }
}
