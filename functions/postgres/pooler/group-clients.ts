import type { PoolerClients } from '../../core/server/pooler.ts';

/** The record holds all groups. Behind 5,000 sessions there may be 5,000 clients, but they run on far fewer hosts. */
const MOST_GROUPS = 200;

/** One client as a console shows it. */
export type ShownClient = Pick<PoolerClients, 'application' | 'user' | 'database' | 'address' | 'since'> & {
  readonly isLinked: boolean;
  readonly isWaiting: boolean;
};

export type GroupedClients = {
  /** The group that holds the most sessions comes first. */
  readonly groups: readonly PoolerClients[];
  /** The index of a client's group; null when the group was cut off the list. */
  readonly placeOf: (client: ShownClient) => number | null;
};

/** Puts clients that are alike into one group. */
export function groupClients(shown: readonly ShownClient[]): GroupedClients {
  const groups = [...Map.groupBy(shown, keyOf)]
    .flatMap(([key, alike]) => (alike[0] ? [{ key, group: groupOf(alike[0], alike) }] : []))
    .sort((a, b) => b.group.linked - a.group.linked || b.group.count - a.group.count)
    .slice(0, MOST_GROUPS);
  const places = new Map(groups.map(({ key }, place) => [key, place]));
  return {
    groups: groups.map(({ group }) => group),
    placeOf: (client) => places.get(keyOf(client)) ?? null,
  };
}

function keyOf({ application, user, database, address }: ShownClient): string {
  return JSON.stringify([application, user, database, address]);
}

function groupOf(first: ShownClient, alike: readonly ShownClient[]): PoolerClients {
  const { application, user, database, address } = first;
  const since = alike.map((each) => each.since).filter((each) => each !== null);
  return {
    application,
    user,
    database,
    address,
    count: alike.length,
    linked: alike.filter(({ isLinked }) => isLinked).length,
    waiting: alike.filter(({ isWaiting }) => isWaiting).length,
    since: since.toSorted()[0] ?? null,
  };
}
