import { FLEET_ROLES } from '../contract.ts';
import type { RegisteredDatabase } from '../core/fleet/registry-item.ts';
import type { FleetTrigger } from '../core/fleet/run-event.ts';
import { type LogLinesTrigger, ofStream, withoutRole } from '../core/trigger/log-lines.ts';
import type { Trigger } from '../core/trigger/trigger.ts';
import { cellOf } from './cell-of.ts';
import type { DispatchPorts, ReadRegistry, TakeClaim } from './dispatch-ports.ts';
import { startFleetRun } from './start-runs.ts';

/** So long a database's refusals start no further run. Its sweeps go on. */
export const TOKEN_MS = 60_000;

/** What `intake` needs from outside. */
export type IntakePorts = Pick<DispatchPorts, 'invokeRun' | 'newOwner' | 'now' | 'log'> & {
  readonly readRegistry: ReadRegistry;
  readonly takeClaim: TakeClaim;
};

/**
 * Starts a run of the database of which the log says that a client was refused. A storm of one database is one run a minute,
 * whatever number of lines it writes. @throws RemediationError `registry-unreadable` or `registry-unwritable`.
 */
export async function intake(trigger: Trigger, ports: IntakePorts): Promise<void> {
  const told = trigger.kind === 'log-lines' ? withoutOwn(trigger) : null;
  if (told === null || told.refused.length === 0) return;
  const { databases } = cellOf(await ports.readRegistry(), ports.now());
  const database = databases.find((each) => isFrom(each, told));
  if (database === undefined)
    return ports.log('refusal-of-unknown-database', { logGroup: told.logGroup, logStream: told.logStream });
  await startAtOnce(database, 'refusal', ports);
}

/** Takes the database's token, and starts a run if it was free. True when one was started. */
export async function startAtOnce(
  database: RegisteredDatabase,
  trigger: FleetTrigger,
  ports: Omit<IntakePorts, 'readRegistry'>,
): Promise<boolean> {
  if (database.standing !== 'runs') return false;
  const until = ports.now() + TOKEN_MS;
  const claim = { key: `token#${database.key}`, owner: ports.newOwner(), until };
  return (await ports.takeClaim(claim)) && (await startFleetRun(database, trigger, ports));
}

/** Lines of our own tries to get in start nothing. */
function withoutOwn(trigger: LogLinesTrigger): LogLinesTrigger {
  return Object.values(FLEET_ROLES).reduce<LogLinesTrigger>(withoutRole, trigger);
}

/** The group of a cluster has the lines of all its members, and the stream names the member. */
function isFrom({ logGroup, name }: RegisteredDatabase, trigger: LogLinesTrigger): boolean {
  return logGroup === trigger.logGroup && ofStream(trigger, name).refused.length > 0;
}
