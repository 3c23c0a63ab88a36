import { addressMatcher } from '../base/address.ts';
import type { Policy, Protect } from '../policy/policy.ts';
import { BUILTIN_APPLICATIONS, PROVIDER_ROLES } from '../server/builtin-protections.ts';
import type { Held } from '../server/held-by-statement.ts';
import { nameMatcher } from '../server/name-pattern.ts';
import { CLIENT_BACKEND, isHidden, SESSION_STATES, type Session } from '../server/session.ts';
import { ownSessions, type Snapshot } from '../server/snapshot.ts';
import { heldByRedacted } from '../server/statement-choice.ts';
import { nameProtection } from './name-protection.ts';
import type { Protection } from './plan.ts';
import { poolerProtection } from './pooler-protection.ts';
import { exclusionOf } from './rungs.ts';
import { timeProtection } from './time-protection.ts';

/** The detail when advisory locks could not be read, so that the session may hold one. */
export const ADVISORY_LOCKS_UNREAD = 'advisory locks could not be read';

type Check = (session: Session) => string | null;

const KNOWN_STATES: ReadonlySet<string> = new Set(SESSION_STATES);

/**
 * Protections that neither a policy nor a person can switch off. The result is one function that tells the
 * reason for a session, or null.
 */
export function builtinProtection(snapshot: Snapshot): Check {
  const isOwn = ownSessions(snapshot);
  const isProvider = nameMatcher(PROVIDER_ROLES);
  return (session) => {
    if (isOwn(session)) return 'our own session';
    if (isHidden(session)) return 'hidden from our role';
    if (session.pid === null) return 'unknown pid';
    if (session.backendType === null) return 'unknown backend type';
    if (session.backendType !== CLIENT_BACKEND) return `${session.backendType}, not a client`;
    if (session.superuser === true) return 'superuser';
    if (session.superuser === null)
      return session.state === 'starting' ? 'not logged in yet' : 'may be a superuser';
    if (isProvider(session.user ?? '')) return `the provider's role ${session.user}`;
    if (session.state === 'disabled') return 'track_activities is off';
    if (session.state === null || !KNOWN_STATES.has(session.state)) return 'unknown state';
    return null;
  };
}

/** A fact that the snapshot could not read counts as present: in doubt the session is spared. */
function factCheck(fact: boolean | null, present: string, unread: string): string | null {
  if (fact === null) return unread;
  return fact ? present : null;
}

const HELD_TEXT: Readonly<Record<Held, string>> = {
  notifications: 'listens for notifications',
  backup: 'runs a backup',
  'exported-snapshot': 'exports its snapshot, as a dump does',
};

/** What would be lost with the session, as far as its last statement shows it. */
function heldCheck({ lastStatement }: Session): string | null {
  const [held] = heldByRedacted(lastStatement ?? '');
  return held === undefined ? null : HELD_TEXT[held];
}

/** What the keys under `protect` spare. */
export function protectCheck(protect: Protect): Check {
  const protectsName = nameProtection(protect);
  const builtin = nameMatcher(protect.builtinApplications ? BUILTIN_APPLICATIONS : []);
  const addresses = addressMatcher(protect.addresses);
  const poolers = addressMatcher(protect.poolers);
  return (session) => {
    const byName = protectsName(session);
    if (byName !== null) return byName;
    if (builtin(session.application)) return 'backup, migration or monitoring';
    if (addresses(session.address)) return 'address';
    if (poolers(session.address)) return "a pooler's session";
    return (
      (protect.listeners ? heldCheck(session) : null) ??
      (protect.advisoryLocks
        ? factCheck(session.advisoryLock, 'holds an advisory lock', ADVISORY_LOCKS_UNREAD)
        : null) ??
      (protect.temporaryTables
        ? factCheck(session.temporaryTables, 'has temporary tables', 'temporary tables could not be read')
        : null)
    );
  };
}

/**
 * One function that tells why a session is out of reach, or null. Protections take precedence over `include`.
 */
export function protectionsOf(snapshot: Snapshot, policy: Policy): (session: Session) => Protection | null {
  const steps = [
    { reason: 'built-in', check: builtinProtection(snapshot) },
    { reason: 'built-in', check: poolerProtection(snapshot, policy.protect.poolers.length > 0) },
    { reason: 'protected', check: protectCheck(policy.protect) },
    { reason: 'protected', check: timeProtection(snapshot, policy.protect) },
    { reason: 'not-included', check: exclusionOf(policy.include) },
  ] as const;
  return (session) => {
    for (const { reason, check } of steps) {
      const detail = check(session);
      if (detail !== null) return { reason, detail };
    }
    return null;
  };
}
