import type { Session } from '../server/session.ts';
import { type Pressure, type Scope, scopeName } from '../server/slots.ts';

/**
 * A scope in need, and how many of its sessions still have to end. Negative when sessions that were chosen
 * for other scopes gave it more than it needs.
 */
export type Demand = { readonly scope: Scope; left: number };

export type Demands = {
  readonly all: readonly Demand[];
  /** The demands that the end of a session would serve. */
  readonly servedBy: (session: Session) => readonly Demand[];
};

export function demandsIn(pressure: readonly Pressure[]): Demands {
  const all = pressure.filter(({ need }) => need > 0).map(({ scope, need }) => ({ scope, left: need }));
  const named = (kind: Scope['kind']) =>
    Map.groupBy(
      all.filter(({ scope }) => scope.kind === kind),
      ({ scope }) => scopeName(scope),
    );
  const [roles, databases, server] = [named('role'), named('database'), named('server')];
  if (roles.size + databases.size === 0) return { all, servedBy: () => all };
  return {
    all,
    servedBy: ({ user, database }) => [
      ...(roles.get(user ?? '') ?? []),
      ...(databases.get(database ?? '') ?? []),
      ...(server.get('') ?? []),
    ],
  };
}
