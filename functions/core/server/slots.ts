import type * as z from 'zod/mini';
import type { ReadOnly } from '../base/read-only.ts';
import type { pressureSchema } from './scope-schema.ts';
import { CLIENT_BACKEND, type Group, type Session, takesSlot } from './session.ts';
import { ownSessions, type Slots, type Snapshot } from './snapshot.ts';

/** How full a scope is. */
export type Pressure = ReadOnly<z.output<typeof pressureSchema>>;
/** Which slots are counted: all of the server, or those under one `CONNECTION LIMIT`. */
export type Scope = Pressure['scope'];

/** The slots that ordinary roles share. */
export function usableSlots(slots: Slots): number {
  return slots.max - slots.superuserReserved - slots.reserved - slots.providerReserved;
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
 * How many of these sessions count for a scope. The sessions are counted once, because there may be thousands
 * of scopes.
 */
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

/** Compares by code unit, so that the order is the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Sessions that take one of the slots which clients share, without ours. Background workers and walsenders
 * have limits of their own.
 */
export function slotHolders(snapshot: Snapshot): readonly Session[] {
  const isOwn = ownSessions(snapshot);
  return snapshot.sessions.filter((session) => takesSlot(session) && !isOwn(session));
}

/** Sessions of ordinary clients, without ours. Limits and groups count these. */
export function clientSessions(snapshot: Snapshot): readonly Session[] {
  const isOwn = ownSessions(snapshot);
  return snapshot.sessions.filter((session) => session.backendType === CLIENT_BACKEND && !isOwn(session));
}
