import { PROVIDER_ROLES } from './builtin-protections.ts';
import { programsIn } from './programs-in.ts';
import { type Session, takesSlot } from './session.ts';
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

/** Less is no limit for a role that works: a new session must fit beside those in use. */
const LEAST_SURGE = 2;
/** A pool shows few sessions at work at one moment: those that became idle so recently are in use as well. */
const RECENT_MS = 5_000;

/**
 * A limit that would have kept the server out of trouble: what the role held, minus the part of what the
 * server lacked that it has to give back. Null when it has to give back nothing.
 */
export function roleLimitFor(snapshot: Snapshot, role: string, part: number): RoleLimit | null {
  if (part <= 0) return null;
  return roleLimitOf(snapshot, role, ({ held }) => held - part);
}

/**
 * The same limit for many roles that are one program: together they give back what the server lacks, the largest
 * first. A role that holds less needs no limit.
 */
export function evenLimits(
  snapshot: Snapshot,
  sessions: readonly Session[],
  lacking: number,
): readonly RoleLimit[] {
  if (lacking <= 0) return [];
  const held = Map.groupBy(sessions, ({ user }) => user ?? '');
  const each = evenShare(
    [...held.values()].map(({ length }) => length),
    sessions.length - lacking,
  );
  return [...held]
    .toSorted(([, some], [, more]) => more.length - some.length)
    .flatMap(([role]) => roleLimitOf(snapshot, role, () => each) ?? []);
}

/** The largest number with which all together hold no more than this. At least one. */
function evenShare(held: readonly number[], together: number): number {
  const sumOf = (most: number) => held.reduce((sum, each) => sum + Math.min(each, most), 0);
  let share = 1;
  while (share < Math.max(0, ...held) && sumOf(share + 1) <= together) share += 1;
  return share;
}

/** `2` or `1 to 3`: the limits of many roles. */
export function limitsText(limits: readonly RoleLimit[]): string {
  const [least, most] = [
    Math.min(...limits.map(({ limit }) => limit)),
    Math.max(...limits.map(({ limit }) => limit)),
  ];
  return least === most ? `${least}` : `${least} to ${most}`;
}

/**
 * The limit is never below half of what the role held, and never below what it uses and half as much again
 * for a surge: one snapshot does not show the role's normal use. Null when limits do not apply to the role,
 * when it has this limit already, or when no such limit is below what it held.
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
  const limit = Math.max(
    limitFrom({ held, busy }),
    Math.ceil(held / 2),
    withSurge(ofRole.filter(isInUse).length),
  );
  const exempt =
    role === '' || PROVIDER_ROLES.includes(role) || ofRole.some((each) => each.superuser !== false);
  if (exempt || limit >= held || (before !== null && before <= limit)) return null;
  return { role, limit, before, held, busy, groups: new Set(ofRole.map(programsIn(snapshot).of)).size };
}

function isInUse({ state, stateAgeMs }: Session): boolean {
  return state !== 'idle' || stateAgeMs === null || stateAgeMs < RECENT_MS;
}

function withSurge(used: number): number {
  return used + Math.max(LEAST_SURGE, Math.ceil(used / 2));
}
