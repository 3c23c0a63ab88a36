import { PROVIDER_ROLES } from './builtin-protections.ts';
import type { Ranking } from './ranking.ts';
import { groupKey, takesSlot } from './session.ts';
import { ownSessions, type Snapshot } from './snapshot.ts';

/** A `CONNECTION LIMIT` for the leading group's role that would have kept the server out of trouble. */
export type RoleLimit = {
  readonly role: string;
  readonly limit: number;
  /** The limit it has now; null for none. */
  readonly before: number | null;
  /** Sessions of the role, and how many of them are not idle. */
  readonly held: number;
  readonly busy: number;
  /** Groups of the role: the limit is for all of them together. */
  readonly groups: number;
};

/**
 * What the role held less what the server lacked. Null when nobody leads, when the role is exempt from limits, when it
 * is limited to that already, or when what it does right now needs more. From one snapshot nobody knows its normal use,
 * so the limit leaves it as much as the server can bear, not as little as it used at night.
 */
export function roleLimitFor(snapshot: Snapshot, { leading }: Ranking, need: number): RoleLimit | null {
  if (leading === null || need <= 0) return null;
  const role = leading.group.user;
  const isOwn = ownSessions(snapshot);
  const ofRole = snapshot.sessions.filter(
    (session) => session.user === role && takesSlot(session) && !isOwn(session),
  );
  const before = snapshot.slots.roles.find(({ name }) => name === role)?.limit ?? null;
  const limit = ofRole.length - need;
  const busy = ofRole.filter(({ state }) => state !== 'idle').length;
  const exempt =
    role === '' || PROVIDER_ROLES.includes(role) || ofRole.some((each) => each.superuser !== false);
  if (exempt || limit <= busy || (before !== null && before <= limit)) return null;
  return { role, limit, before, held: ofRole.length, busy, groups: new Set(ofRole.map(groupKey)).size };
}
