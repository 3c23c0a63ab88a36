import { compareText, slotHolders, usableSlots } from '../server/slots.ts';
import type { Snapshot } from '../server/snapshot.ts';

/** What a server really had at one moment, or its peaks over several. */
export type SeenUse = {
  readonly server: string;
  /** A server that answers now has the name of the only server of a budget, a record has its own. */
  readonly from: 'server' | 'record';
  /** The moment with the most used slots, by the server's clock. */
  readonly at: string;
  readonly used: number;
  readonly usable: number;
  /** CONNECTION LIMITs by name, as last seen. */
  readonly roleLimits: ReadonlyMap<string, number>;
  readonly databaseLimits: ReadonlyMap<string, number>;
  /** The most sessions of each role and database, each at its own moment. */
  readonly roles: ReadonlyMap<string, number>;
  readonly databases: ReadonlyMap<string, number>;
};

export function seenIn(server: string, snapshot: Snapshot, from: SeenUse['from']): SeenUse {
  const { slots, takenAt } = snapshot;
  const holders = slotHolders(snapshot);
  const limits = (those: typeof slots.roles) => new Map(those.map(({ name, limit }) => [name, limit]));
  return {
    server,
    from,
    at: takenAt,
    used: holders.length,
    usable: usableSlots(slots),
    roleLimits: limits(slots.roles),
    databaseLimits: limits(slots.databases),
    roles: countsOf(holders.map(({ user }) => user)),
    databases: countsOf(holders.map(({ database }) => database)),
  };
}

/** The peaks of one server over all moments. Its slots and limits are those of the last one. Null without any. */
export function peakOf(seen: readonly SeenUse[]): SeenUse | null {
  const [last] = seen.toSorted((a, b) => compareText(b.at, a.at));
  const [fullest] = seen.toSorted((a, b) => b.used - a.used || compareText(a.at, b.at));
  if (last === undefined || fullest === undefined) return null;
  const { at, used } = fullest;
  const most = (key: 'roles' | 'databases') => highest(seen.map((each) => each[key]));
  return { ...last, at, used, roles: most('roles'), databases: most('databases') };
}

function highest(counts: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  for (const [name, count] of counts.flatMap((each) => [...each]))
    most.set(name, Math.max(most.get(name) ?? 0, count));
  return most;
}

function countsOf(names: readonly (string | null)[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
