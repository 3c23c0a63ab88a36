import type { PoolerClients, PoolerState } from './pooler.ts';
import { FIRST_ADDRESSES } from './rank-groups.ts';
import type { Group, Session } from './session.ts';
import { compareText } from './slots.ts';
import type { Snapshot } from './snapshot.ts';

/** Clients of the pooler with the same application, user and database, which use the pooler's sessions. */
export type ClientsBehind = {
  /**
   * The names as the console has them. The server shows the pooler's address, and the application name of the
   * client that used the session last.
   */
  readonly group: Group;
  readonly clients: number;
  /** How many of the pooler's sessions are lent to them. */
  readonly linked: number;
  readonly waiting: number;
  /** The number of distinct addresses, and those with most clients. */
  readonly addresses: { readonly count: number; readonly first: readonly string[] };
};

/** Those of the sessions that belong to the pooler. */
export function poolerSessionsIn({ pooler }: Snapshot, sessions: readonly Session[]): readonly Session[] {
  const pids = new Set(pooler?.sessions.map(({ pid }) => pid));
  return sessions.filter(({ pid }) => pid !== null && pids.has(pid));
}

/** How many sessions the pooler has here. One that lists no process ids counts those of all its servers. */
export function poolerSessionCount(snapshot: Snapshot): number {
  const { pooler, sessions } = snapshot;
  if (pooler?.unlisted?.cause !== 'no-process-ids') return poolerSessionsIn(snapshot, sessions).length;
  return pooler.pools.reduce(
    (sum, { sessionsActive, sessionsIdle }) => sum + sessionsActive + sessionsIdle,
    0,
  );
}

/**
 * The clients that use the pooler's sessions among these, those with most sessions first. A lent session
 * names its client by pid. The other sessions are shared by all clients of their pool.
 */
export function clientsBehind(
  snapshot: Snapshot,
  sessions: readonly Session[] = snapshot.sessions,
): readonly ClientsBehind[] {
  const { pooler } = snapshot;
  if (pooler === null) return [];
  const theirs = new Map(
    poolerSessionsIn(snapshot, sessions).map((session) => [session.pid, session] as const),
  );
  const isUnjoined = pooler.unlisted?.cause === 'no-process-ids';
  if (theirs.size === 0 && !isUnjoined) return [];
  const linked = new Map<PoolerClients, number>();
  for (const { pid, user, client } of pooler.sessions) {
    const clients = client === null ? undefined : pooler.clients[client];
    // A pooler in front of several servers reports the pids of all of them, and the same pid may occur twice.
    if (clients === undefined || theirs.get(pid)?.user !== user) continue;
    linked.set(clients, (linked.get(clients) ?? 0) + 1);
  }
  // Which of its sessions are on this server is unknown then, and so all of its clients may be.
  const isBehind = isUnjoined ? () => true : sharing(pooler, [...theirs.values()]);
  const behind = pooler.clients.filter((clients) => linked.has(clients) || isBehind(clients));
  return [...Map.groupBy(behind, keyOf).values()]
    .flatMap((alike) => standing(alike, linked))
    .sort(
      (a, b) =>
        b.linked - a.linked ||
        b.clients - a.clients ||
        compareText(JSON.stringify(a.group), JSON.stringify(b.group)),
    );
}

/** Whether clients belong to a pool that has one of the sessions. */
function sharing({ pools }: PoolerState, sessions: readonly Session[]): (clients: PoolerClients) => boolean {
  const used = new Set(sessions.map(({ user, database }) => JSON.stringify([user, database])));
  const open = pools.filter(({ user, serverDatabase }) => used.has(JSON.stringify([user, serverDatabase])));
  const keys = new Set(open.map(({ user, database }) => JSON.stringify([user, database])));
  return ({ user, database }) => keys.has(JSON.stringify([user, database]));
}

function keyOf({ application, user, database }: PoolerClients): string {
  return JSON.stringify([application, user, database]);
}

function standing(
  alike: readonly PoolerClients[],
  linked: ReadonlyMap<PoolerClients, number>,
): readonly ClientsBehind[] {
  const [first] = alike;
  if (first === undefined) return [];
  const { application, user, database } = first;
  const sum = (of: (clients: PoolerClients) => number) =>
    alike.reduce((total, clients) => total + of(clients), 0);
  const byAddress = alike
    .filter(({ address }) => address !== '')
    .toSorted((a, b) => b.count - a.count || compareText(a.address, b.address));
  return [
    {
      group: { application, user, database },
      clients: sum(({ count }) => count),
      linked: sum((clients) => linked.get(clients) ?? 0),
      waiting: sum(({ waiting }) => waiting),
      addresses: {
        count: byAddress.length,
        first: byAddress.slice(0, FIRST_ADDRESSES).map(({ address }) => address),
      },
    },
  ];
}
