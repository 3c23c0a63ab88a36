import { type Problem, quoted } from '../base/errors.ts';
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

/** Compared as whole numbers: 95 % of 97 slots is not a number of slots. */
function holdsWhen(when: Threshold, used: number, usable: number): boolean {
  return when.unit === 'usedPercent' ? used * 100 >= when.value * usable : usable - used < when.value;
}

/**
 * How many slots may stay in use. Of a limit at most half is asked for: a role with 5 slots never gets 30 free ones; and
 * at least one, or a limit of 1 would be cured by nothing.
 */
export function allowedUse(scope: Scope, usable: number, until: Threshold): number {
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
  const need = under || insist ? Math.max(0, used - allowedUse(scope, usable, relieve.until)) : 0;
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
export function pressureNow(
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

/** Numbers of used slots that decide in a scope: from where there is pressure, and down to where it is relieved. */
export type Marks = { readonly pressureFrom: number; readonly relievedAt: number };

export function marksOf({ scope, usable }: Pick<Pressure, 'scope' | 'usable'>, { relieve }: Policy): Marks {
  const relievedAt = Math.max(0, allowedUse(scope, usable, relieve.until));
  if (scope.kind !== 'server') return { pressureFrom: usable, relievedAt };
  const { unit, value } = relieve.when;
  const pressureFrom = unit === 'usedPercent' ? Math.ceil((value * usable) / 100) : usable - value + 1;
  return { pressureFrom: Math.max(0, pressureFrom), relievedAt };
}
