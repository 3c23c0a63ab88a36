import { poolerSessionsIn } from './pooler-clients.ts';
import { slotHolders, usableSlots } from './slots.ts';
import type { Snapshot } from './snapshot.ts';

/** How large PgBouncer's pools may be on this server, computed from what its console and the server show. */
export type PoolerSizes = {
  /** Pools with clients or sessions: each may open as many sessions as its size says. */
  readonly pools: number;
  /** What it may hold at most as it is set; null where it does not say. */
  readonly most: number | null;
  /** Slots that others leave for it, less a margin. */
  readonly room: number;
  readonly defaultPoolSize: number;
  readonly maxClientConn: number;
  readonly serverIdleTimeoutS: number;
  readonly queryWaitTimeoutS: number;
};

/** Kept free beside the pools: a twentieth of the slots, and three where that is less. */
const MARGIN_PERCENT = 5;
const LEAST_MARGIN = 3;
/** Clients that come at the same moment after a restart, beside those that are there. */
const GROWTH = 2;
const LEAST_CLIENTS = 100;
/** Sessions that rest go back within a minute; who waits is told within half of one, while somebody still listens. */
const MOST_IDLE_S = 60;
const MOST_WAIT_S = 30;

/**
 * Null without a PgBouncer that told about itself, or without a pool in use; and where its console does not list all of its
 * sessions, for then the slots that others take, and the pools of all processes, are not known.
 */
export function poolerSizes(snapshot: Snapshot): PoolerSizes | null {
  const { pooler, slots } = snapshot;
  if (pooler?.kind !== 'pgbouncer' || pooler.problem !== null || pooler.unlisted !== null) return null;
  const used = pooler.pools.filter(
    ({ clientsActive, clientsWaiting, sessionsActive, sessionsIdle }) =>
      clientsActive + (clientsWaiting ?? 0) + sessionsActive + sessionsIdle > 0,
  );
  if (used.length === 0) return null;
  const holders = slotHolders(snapshot);
  const usable = usableSlots(slots);
  const margin = Math.max(LEAST_MARGIN, Math.ceil((usable * MARGIN_PERCENT) / 100));
  const others = holders.length - poolerSessionsIn(snapshot, holders).length;
  const room = Math.max(0, usable - others - margin);
  const { settings } = pooler;
  const sizes = used.map(({ size }) => size ?? settings.defaultPoolSize);
  const reserve = settings.reservePoolSize ?? 0;
  const known = sizes.filter((size) => size !== null);
  return {
    pools: used.length,
    most: known.length < sizes.length ? null : known.reduce((sum, size) => sum + size + reserve, 0),
    room,
    defaultPoolSize: Math.max(1, Math.floor(room / used.length) - reserve),
    maxClientConn: Math.max(
      settings.mostClients ?? 0,
      LEAST_CLIENTS,
      Math.ceil((pooler.clientCount * GROWTH) / 100) * 100,
    ),
    serverIdleTimeoutS: lesser(settings.serverIdleTimeoutMs, MOST_IDLE_S),
    queryWaitTimeoutS: lesser(settings.queryWaitTimeoutMs, MOST_WAIT_S),
  };
}

/** What is set, unless it is longer, or 0, which is for ever. */
function lesser(setMs: number | null, mostS: number): number {
  const seconds = Math.floor((setMs ?? 0) / 1_000);
  return seconds === 0 ? mostS : Math.min(seconds, mostS);
}
