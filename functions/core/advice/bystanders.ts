import { protectionsOf } from '../plan/protection.ts';
import type { Policy } from '../policy/policy.ts';
import { BUILTIN_APPLICATIONS, PROVIDER_ROLES } from '../server/builtin-protections.ts';
import { isServerProgram } from '../server/client-technology.ts';
import { nameMatcher } from '../server/name-pattern.ts';
import { CLIENT_BACKEND, type Session } from '../server/session.ts';
import type { Snapshot } from '../server/snapshot.ts';
import { heldByRedacted } from '../server/statement-choice.ts';

/**
 * Why no advice names a session that holds a slot for nothing, or null. The built-in protections hold for
 * advice even if the policy switches them off, because a person pastes it at night without reading the
 * policy.
 */
export function idleProtection(snapshot: Snapshot, policy: Policy): (session: Session) => string | null {
  return protectionWith(snapshot, policy, { ...policy.protect, builtinApplications: true, listeners: true });
}

/**
 * The same for a session that is at work or blocks others. What a policy protects is idle sessions, so that
 * only the built-in protections count.
 */
export function workProtection(snapshot: Snapshot, policy: Policy): (session: Session) => string | null {
  return protectionWith(snapshot, policy, {
    users: [],
    databases: [],
    applications: [],
    addresses: [],
    poolers: [],
    builtinApplications: true,
    listeners: true,
    advisoryLocks: false,
    temporaryTables: false,
  });
}

function protectionWith(
  snapshot: Snapshot,
  policy: Policy,
  protect: Policy['protect'],
): (session: Session) => string | null {
  const protectionOf = protectionsOf(snapshot, { ...policy, protect });
  return (session) => {
    if (isServerProgram(session)) return "a server's own program";
    const found = protectionOf(session);
    return found === null || found.reason === 'not-included' ? null : found.detail;
  };
}

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
  return advisoryLock === true || heldByRedacted(lastStatement ?? '').includes('notifications');
}
