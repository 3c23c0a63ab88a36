import { BUILTIN_APPLICATIONS, PROVIDER_ROLES } from '../server/builtin-protections.ts';
import { isServerProgram } from '../server/client-technology.ts';
import { nameMatcher } from '../server/name-pattern.ts';
import { CLIENT_BACKEND, type Session } from '../server/session.ts';
import type { Snapshot } from '../server/snapshot.ts';
import { heldByRedacted } from '../server/statement-choice.ts';

/** Most settings of a role bound its number of sessions or its work. Only one ends sessions that are idle. */
export type RoleSetting = 'work' | 'idle sessions';

const isBuiltin = nameMatcher(BUILTIN_APPLICATIONS);
/** Their leader is a client, which counts for them. */
const PARALLEL_WORKER = 'parallel worker';

/**
 * Whether advice may change a setting of this role. It may not if one session of the role belongs to a
 * superuser, to replication, to a backup, to a migration, to a monitoring agent or to a server's own program:
 * the setting holds for all sessions of the role. A timeout of idle sessions would also end those that listen
 * for notifications or hold an advisory lock.
 */
export function maySetRole({ sessions }: Snapshot, role: string, setting: RoleSetting): boolean {
  if (role === '' || PROVIDER_ROLES.includes(role)) return false;
  const ofRole = sessions.filter(({ user }) => user === role);
  return ofRole.every((session) => !needsRole(session) && (setting === 'work' || !waitsIdle(session)));
}

function needsRole(session: Session): boolean {
  const { superuser, backendType, application, lastStatement } = session;
  if (superuser === true || isBuiltin(application) || isServerProgram(session)) return true;
  if (backendType !== null && backendType !== CLIENT_BACKEND && backendType !== PARALLEL_WORKER) return true;
  return heldByRedacted(lastStatement ?? '').some((held) => held !== 'notifications');
}

function waitsIdle({ advisoryLock, lastStatement }: Session): boolean {
  return advisoryLock === true || waitsForNotifications({ lastStatement });
}

export function waitsForNotifications({ lastStatement }: Pick<Session, 'lastStatement'>): boolean {
  return heldByRedacted(lastStatement ?? '').includes('notifications');
}
