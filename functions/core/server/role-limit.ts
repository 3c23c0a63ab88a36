import { PROVIDER_ROLES } from './builtin-protections.ts';
import { programsIn } from './programs-in.ts';
import { takesSlot } from './session.ts';
import { ownSessions, type Snapshot } from './snapshot.ts';

/** A `CONNECTION LIMIT` for a role. */
export type RoleLimit = {
  readonly role: string;
  readonly limit: number;
  /** The present limit, or null for none. */
  readonly before: number | null;
  /** How many sessions the role has, and how many of them are not idle. */
  readonly held: number;
  readonly busy: number;
  /** How many programs use the role. The limit counts all of them together. */
  readonly groups: number;
};

/**
 * A limit that would have kept the server out of trouble: what the role held, minus what the server lacked.
 * Null when the server lacked nothing. One snapshot does not show the role's normal use, so the limit is as
 * high as the server can bear and not as low as the use at night.
 */
export function roleLimitFor(snapshot: Snapshot, role: string | null, need: number): RoleLimit | null {
  if (role === null || need <= 0) return null;
  return roleLimitOf(snapshot, role, ({ held }) => held - need);
}

/**
 * Null when limits do not apply to the role, when it has this limit already, or when its busy sessions need
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
