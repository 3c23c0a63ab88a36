import type { Policy, Protect } from '../policy/policy.ts';
import { isServerProgram } from '../server/client-technology.ts';
import type { Session } from '../server/session.ts';
import type { Snapshot } from '../server/snapshot.ts';
import { poolerProtection } from './pooler-protection.ts';
import { builtinProtection, protectCheck } from './protection.ts';
import { timeProtection } from './time-protection.ts';

/** Why a session is not to be ended by hand, or null. */
type Check = (session: Session) => string | null;

/** What holds even if a policy switches it off: a person who pastes at night does not read the policy. */
const ALWAYS: Protect = {
  users: [],
  databases: [],
  applications: [],
  addresses: [],
  poolers: [],
  builtinApplications: true,
  listeners: true,
  advisoryLocks: false,
  temporaryTables: false,
};

/**
 * What protects a session from a person, in whatever state it is: backups, listeners, migrations, monitoring,
 * replication, superusers, the pooler and programs of servers. Keys of a policy are about idle sessions and
 * do not count.
 */
export function workProtection(snapshot: Snapshot): Check {
  return byHand(snapshot, ALWAYS);
}

/** The same for a session that holds a slot for nothing. What the policy protects counts as well. */
export function idleProtection(snapshot: Snapshot, { protect }: Policy): Check {
  return byHand(snapshot, { ...protect, builtinApplications: true, listeners: true });
}

/** The same for sessions of an application that logs in as a superuser. Only a superuser can end them. */
export function exceptSuperuser(protection: Check): Check {
  return (session) => protection(session.superuser === true ? { ...session, superuser: false } : session);
}

function byHand(snapshot: Snapshot, protect: Protect): Check {
  const checks: readonly Check[] = [
    (session) => (isServerProgram(session) ? "a server's own program" : null),
    builtinProtection(snapshot),
    poolerProtection(snapshot, protect.poolers.length > 0),
    protectCheck(protect),
    timeProtection(snapshot, protect),
  ];
  return (session) => {
    for (const check of checks) {
      const detail = check(session);
      if (detail !== null) return detail;
    }
    return null;
  };
}
