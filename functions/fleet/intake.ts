import { FLEET_ROLES } from '../contract.ts';
import { parseRegistryItem, type RegisteredDatabase } from '../core/fleet/registry-item.ts';
import type { FleetTrigger } from '../core/fleet/run-event.ts';
import { type LogLinesTrigger, ofStream, withoutRole } from '../core/trigger/log-lines.ts';
import type { Trigger } from '../core/trigger/trigger.ts';
import { showsOthersRefused } from '../events/own-lines.ts';
import type { DispatchPorts, ReadRegistry, RegistryRow, TakeClaim } from './dispatch-ports.ts';
import { startFleetRun } from './start-runs.ts';

/** After a run that a refusal started, further refusals of the database start none for this long. Its sweeps go on. */
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
  if (told === null || !showsOthersRefused(told)) return;
  const database = databaseOf(told, await ports.readRegistry());
  if (database === undefined)
    return ports.log('refusal-of-unknown-database', { logGroup: told.logGroup, logStream: told.logStream });
  await startAtOnce(database, 'refusal', ports);
}

function databaseOf(told: LogLinesTrigger, rows: readonly RegistryRow[]): RegisteredDatabase | undefined {
  return databasesWith(told.logGroup, rows).find((each) => isFrom(each, told));
}

/** What was found in rows that a warm function holds, by log group. */
const FOUND = new WeakMap<readonly RegistryRow[], Map<string, readonly RegisteredDatabase[]>>();

/**
 * A storm comes in many batches of lines, for which a warm function holds the same rows. Few of them have the text of the group
 * in them: to parse a thousand takes 17 ms of CPU.
 */
function databasesWith(logGroup: string, rows: readonly RegistryRow[]): readonly RegisteredDatabase[] {
  const found = FOUND.get(rows) ?? new Map<string, readonly RegisteredDatabase[]>();
  FOUND.set(rows, found);
  const known = found.get(logGroup);
  if (known !== undefined) return known;
  const databases = rows
    .filter(({ texts: { item } }) => item?.includes(logGroup) === true)
    .flatMap(({ key, texts: { item, accepted } }) => parseRegistryItem(key, item, accepted) ?? []);
  found.set(logGroup, databases);
  return databases;
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

/**
 * Lines of our own tries to get in start nothing. Both prefixes that RDS allows name the role, so a line without one is a
 * piece of a torn line, or cannot be told from a line of ours: it starts nothing either, and the next sweep looks.
 */
function withoutOwn(trigger: LogLinesTrigger): LogLinesTrigger {
  return Object.values(FLEET_ROLES).reduce<LogLinesTrigger>(withoutRole, trigger);
}

/** The group of a cluster has the lines of all its members, and the stream names the member. */
function isFrom({ logGroup, name }: RegisteredDatabase, trigger: LogLinesTrigger): boolean {
  return logGroup === trigger.logGroup && ofStream(trigger, name).refused.length > 0;
}
