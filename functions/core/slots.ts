import { type Problem, quoted } from './errors.ts';
import type { Policy, Threshold } from './policy.ts';
import { CLIENT_BACKEND, type Group, type Session, takesSlot } from './session.ts';
import { type ConnectionLimit, ownSessions, type Slots, type Snapshot } from './snapshot.ts';

/** Whose slots are counted: the server's, or those under one `CONNECTION LIMIT`. */
export type Scope =
  | { readonly kind: 'server' }
  | { readonly kind: 'role'; readonly name: string }
  | { readonly kind: 'database'; readonly name: string };

/** How full a scope is. `need` is the number of its sessions that must end until the policy's `until` holds. */
export type Pressure = {
  readonly scope: Scope;
  readonly usable: number;
  readonly used: number;
  /** May be negative: then the reserve is being eaten. */
  readonly free: number;
  readonly under: boolean;
  readonly need: number;
};

/** The slots that ordinary roles share. */
export function usableSlots(slots: Slots): number {
  return slots.max - slots.superuserReserved - slots.reserved - slots.providerReserved;
}

/** Compared as whole numbers: 95 % of 97 slots is not a number of slots. */
function holdsWhen(when: Threshold, used: number, usable: number): boolean {
  return when.unit === 'usedPercent' ? used * 100 >= when.value * usable : usable - used < when.value;
}

/**
 * How many slots may stay in use. Of a limit at most half is asked for: a role with 5 slots never gets 30 free ones; and
 * at least one, or a limit of 1 would be cured by nothing.
 */
export function mayStayUsed(scope: Scope, usable: number, until: Threshold): number {
  const used = until.unit === 'usedPercent' ? Math.floor((until.value * usable) / 100) : usable - until.value;
  return scope.kind === 'server' ? used : Math.max(used, usable - Math.max(1, Math.floor(usable / 2)));
}

/** With `insist` the need is counted whether or not `when` holds. */
function pressureIn(
  scope: Scope,
  usable: number,
  used: number,
  { relieve }: Policy,
  insist = false,
): Pressure {
  const under = scope.kind === 'server' ? holdsWhen(relieve.when, used, usable) : used >= usable;
  const need = under || insist ? Math.max(0, used - mayStayUsed(scope, usable, relieve.until)) : 0;
  return { scope, usable, used, free: usable - used, under, need };
}

/** Why these thresholds cannot work on this server, or null. Then nothing may be terminated. */
export function capacityProblem(slots: Slots, { relieve }: Policy): Problem | null {
  const usable = usableSlots(slots);
  if (usable <= 0) {
    const { max, superuserReserved, reserved, providerReserved } = slots;
    const parts = quoted({ max_connections: max, superuserReserved, reserved, providerReserved });
    const message = `The server has ${usable} usable slots (${parts}), more than 0 are needed: lower the reserves or raise max_connections.`;
    return { code: 'capacity-unusable', message };
  }
  if (relieve.until.unit === 'freeSlots' && relieve.until.value > usable) {
    const message = `relieve.until asks for ${relieve.until.value} free slots, the server has ${usable} usable ones: at most ${usable} is allowed, lower freeSlots in the policy.`;
    return { code: 'target-unreachable', message };
  }
  return null;
}

export function serverPressure(snapshot: Snapshot, policy: Policy): Pressure {
  return serverPressureOf(snapshot.slots, slotHolders(snapshot).length, policy);
}

export function serverPressureOf(slots: Slots, used: number, policy: Policy): Pressure {
  return pressureIn({ kind: 'server' }, usableSlots(slots), used, policy);
}

function countBy(
  holders: readonly Session[],
  nameOf: (session: Session) => string | null,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const session of holders) {
    const name = nameOf(session);
    if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/**
 * The scopes that matter, in the order in which they are cured: roles, databases, the server; by need, then by name.
 * The server is always among them. A role's or database's limit counts only when somebody was refused: a pool that
 * fits its limit exactly is healthy.
 */
export function pressureOf(snapshot: Snapshot, policy: Policy, refused: boolean): readonly Pressure[] {
  const server = serverPressure(snapshot, policy);
  if (!refused) return [server];
  const { ownPid } = snapshot.server;
  const ownUser = snapshot.sessions.find(({ pid }) => pid !== null && pid === ownPid)?.user ?? null;
  // A superuser's own limit binds nobody, and ours is not to be cured by ending others.
  const superusers = new Set(snapshot.sessions.filter(({ superuser }) => superuser).map(({ user }) => user));
  const roles = snapshot.slots.roles.filter(({ name }) => name !== ownUser && !superusers.has(name));
  const usedIn = inScopes(slotHolders(snapshot));
  return [
    ...limited('role', roles, usedIn, policy),
    ...limited('database', snapshot.slots.databases, usedIn, policy),
    server,
  ];
}

function limited(
  kind: 'role' | 'database',
  limits: readonly ConnectionLimit[],
  usedIn: (scope: Scope) => number,
  policy: Policy,
): readonly Pressure[] {
  return limits
    .filter(({ limit }) => limit > 0)
    .map(({ name, limit }) => pressureIn({ kind, name }, limit, usedIn({ kind, name }), policy))
    .filter(({ under }) => under)
    .sort((a, b) => b.need - a.need || compareText(scopeName(a.scope), scopeName(b.scope)));
}

/**
 * The same scopes as they are now. With `goingOn`, a need that was there lasts until `until` holds, although `when` may no
 * longer: what was begun is brought to its end.
 */
export function pressureAgain(
  first: readonly Pressure[],
  snapshot: Snapshot,
  policy: Policy,
  goingOn = false,
): readonly Pressure[] {
  const usedIn = inScopes(slotHolders(snapshot));
  return first.map(({ scope, usable, need }) => {
    const now = pressureIn(scope, usable, usedIn(scope), policy, goingOn);
    // What began after the first plan is the next run's to plan.
    return goingOn && need === 0 ? { ...now, need: 0 } : now;
  });
}

/** How many of these sessions count for a scope. Counted once: there may be thousands of scopes. */
export function inScopes(sessions: readonly Session[]): (scope: Scope) => number {
  let ofUser: ReadonlyMap<string, number> | null = null;
  let ofDatabase: ReadonlyMap<string, number> | null = null;
  return (scope) => {
    if (scope.kind === 'server') return sessions.length;
    ofUser ??= countBy(sessions, ({ user }) => user);
    ofDatabase ??= countBy(sessions, ({ database }) => database);
    return (scope.kind === 'role' ? ofUser : ofDatabase).get(scope.name) ?? 0;
  };
}

/** Whether a group's sessions count for a scope. */
export function countsFor(scope: Scope, group: Group): boolean {
  if (scope.kind === 'server') return true;
  return scope.kind === 'role' ? scope.name === group.user : scope.name === group.database;
}

export function scopeName(scope: Scope): string {
  return scope.kind === 'server' ? '' : scope.name;
}

/** By code unit, so that the same input is ordered alike on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Sessions that take one of the slots which clients share, ours apart. Background workers and walsenders have limits of their own. */
export function slotHolders(snapshot: Snapshot): readonly Session[] {
  const isOwn = ownSessions(snapshot);
  return snapshot.sessions.filter((session) => takesSlot(session) && !isOwn(session));
}

/** Sessions of ordinary clients, ours apart: what limits and groups are counted in. */
export function clientSessions(snapshot: Snapshot): readonly Session[] {
  const isOwn = ownSessions(snapshot);
  return snapshot.sessions.filter((session) => session.backendType === CLIENT_BACKEND && !isOwn(session));
}

/** Numbers of used slots that decide in a scope: from where there is pressure, and down to where it is relieved. */
export type Marks = { readonly pressureFrom: number; readonly relievedAt: number };

export function marksOf({ scope, usable }: Pick<Pressure, 'scope' | 'usable'>, { relieve }: Policy): Marks {
  const relievedAt = Math.max(0, mayStayUsed(scope, usable, relieve.until));
  if (scope.kind !== 'server') return { pressureFrom: usable, relievedAt };
  const { unit, value } = relieve.when;
  const pressureFrom = unit === 'usedPercent' ? Math.ceil((value * usable) / 100) : usable - value + 1;
  return { pressureFrom: Math.max(0, pressureFrom), relievedAt };
}
