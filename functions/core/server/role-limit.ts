import { PROVIDER_ROLES } from './builtin-protections.ts';
import { programsIn } from './programs-in.ts';
import { takesSlot } from './session.ts';
import { ownSessions, type Snapshot } from './snapshot.ts';

/** A `CONNECTION LIMIT` for a role. */
export type RoleLimit = {
  readonly role: string;
  readonly limit: number;
  /** The limit it has now; null for none. */
  readonly before: number | null;
  /** Sessions of the role, and how many of them are not idle. */
  readonly held: number;
  readonly busy: number;
  /** Programs of the role: the limit is for all of them together. */
  readonly groups: number;
};

/**
 * What a role held less what the server lacked: it would have kept the server out of trouble. Null when nothing lacked.
 * From one snapshot nobody knows the role's normal use, so the limit leaves it as much as the server can bear, not as
 * little as it used at night.
 */
export function roleLimitFor(snapshot: Snapshot, role: string | null, need: number): RoleLimit | null {
  if (role === null || need <= 0) return null;
  return roleLimitOf(snapshot, role, ({ held }) => held - need);
}

/**
 * Null when the role is exempt from limits, when it is limited to that already, or when what it does right now needs
 * more.
 */
export function roleLimitOf(
  snapshot: Snapshot,
  role: string,
  limitFrom: (use: { readonly held: number; readonly busy: number }) => number,
): RoleLimit | null {
  const isOwn = ownSessions(snapshot);
  const ofRole = snapshot.sessions.filter(
    (session) => session.user === role && takesSlot(session) && !isOwn(session),
  );
  const before = snapshot.slots.roles.find(({ name }) => name === role)?.limit ?? null;
  const held = ofRole.length;
  const busy = ofRole.filter(({ state }) => state !== 'idle').length;
  const limit = limitFrom({ held, busy });
  const exempt =
    role === '' || PROVIDER_ROLES.includes(role) || ofRole.some((each) => each.superuser !== false);
  if (exempt || limit <= busy || (before !== null && before <= limit)) return null;
  return { role, limit, before, held, busy, groups: new Set(ofRole.map(programsIn(snapshot).of)).size };
}
