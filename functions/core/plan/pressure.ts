import type { Problem } from '../base/errors.ts';
import type { Policy, Threshold } from '../policy/policy.ts';
import {
  compareText,
  inScopes,
  type Pressure,
  type Scope,
  scopeName,
  slotHolders,
  usableSlots,
} from '../server/slots.ts';
import type { ConnectionLimit, Slots, Snapshot } from '../server/snapshot.ts';

/** Compares whole numbers, because 95 % of 97 slots is no whole number. */
function holdsWhen(when: Threshold, used: number, usable: number): boolean {
  return when.unit === 'usedPercent' ? used * 100 >= when.value * usable : usable - used < when.value;
}

/**
 * How many slots may stay in use. At most half of a limit has to become free: a role with 5 slots never gets
 * 30 free ones. At least one slot has to become free, because otherwise a limit of 1 could never be relieved.
 */
export function allowedUse(scope: Scope, usable: number, until: Threshold): number {
  const used = until.unit === 'usedPercent' ? Math.floor((until.value * usable) / 100) : usable - until.value;
  return scope.kind === 'server' ? used : Math.max(used, usable - Math.max(1, Math.floor(usable / 2)));
}

/** With `insist` the need is counted even when `when` does not hold. */
function pressureIn(
  scope: Scope,
  usable: number,
  used: number,
  { relieve }: Policy,
  insist = false,
): Pressure {
  const under = scope.kind === 'server' ? holdsWhen(relieve.when, used, usable) : used >= usable;
  const need = under || insist ? Math.max(0, used - allowedUse(scope, usable, relieve.until)) : 0;
  return { scope, usable, used, free: usable - used, under, need };
}

/** Why the thresholds cannot work on this server, or null. With a problem no session may be terminated. */
export function capacityProblem(slots: Slots, { relieve }: Policy): Problem | null {
  const usable = usableSlots(slots);
  if (usable <= 0) {
    const { max, superuserReserved, reserved, providerReserved } = slots;
    const reserves = superuserReserved + reserved + providerReserved;
    const message = `The server has ${usable} usable slots (max_connections ${max}, ${reserves} reserved), at least 1 is needed: lower the reserves or raise max_connections.`;
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

/**
 * The scopes that matter, in the order in which they are relieved: roles, databases, the server, each by need
 * and then by name. The server is always one of them. The limit of a role or database counts only after a
 * refusal, because a pool that fits its limit exactly is healthy.
 */
export function pressureOf(snapshot: Snapshot, policy: Policy, refused: boolean): readonly Pressure[] {
  const holders = slotHolders(snapshot);
  const server = serverPressureOf(snapshot.slots, holders.length, policy);
  if (!refused) return [server];
  const { ownPid } = snapshot.server;
  const ownUser = snapshot.sessions.find(({ pid }) => pid !== null && pid === ownPid)?.user ?? null;
  // A superuser's own limit has no effect. For our own limit other sessions must not end.
  const superusers = new Set(snapshot.sessions.filter(({ superuser }) => superuser).map(({ user }) => user));
  const roles = snapshot.slots.roles.filter(({ name }) => name !== ownUser && !superusers.has(name));
  const usedIn = inScopes(holders);
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
 * The same scopes as they are now. With `goingOn` a need lasts until `until` holds, even if `when` no longer
 * does: relief that has begun is finished.
 */
export function pressureNow(
  first: readonly Pressure[],
  snapshot: Snapshot,
  policy: Policy,
  goingOn = false,
): readonly Pressure[] {
  const usedIn = inScopes(slotHolders(snapshot));
  return first.map(({ scope, usable, need }) => {
    const now = pressureIn(scope, usable, usedIn(scope), policy, goingOn);
    // A need that began after the first plan is left to the next run.
    return goingOn && need === 0 ? { ...now, need: 0 } : now;
  });
}

/** The numbers of used slots that decide in a scope: where pressure begins, and where relief ends. */
export type Marks = { readonly pressureFrom: number; readonly relievedAt: number };

export function marksOf({ scope, usable }: Pick<Pressure, 'scope' | 'usable'>, { relieve }: Policy): Marks {
  const relievedAt = Math.max(0, allowedUse(scope, usable, relieve.until));
  if (scope.kind !== 'server') return { pressureFrom: usable, relievedAt };
  const { unit, value } = relieve.when;
  const pressureFrom = unit === 'usedPercent' ? Math.ceil((value * usable) / 100) : usable - value + 1;
  return { pressureFrom: Math.max(0, pressureFrom), relievedAt };
}
