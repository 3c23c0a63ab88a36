import { poolerSessionsIn } from './pooler-clients.ts';
import { slotHolders, usableSlots } from './slots.ts';
import type { Snapshot } from './snapshot.ts';

/** How large PgBouncer's pools may be on this server, computed from what its console and the server show. */
export type PoolerSizes = {
  /** Pools with clients or sessions. Each of them may open as many sessions as its size. */
  readonly pools: number;
  /** The most sessions that its settings allow. Null when it does not report them. */
  readonly most: number | null;
  /** The slots that other clients leave for it, minus a margin. */
  readonly room: number;
  readonly defaultPoolSize: number;
  readonly maxClientConn: number;
  readonly serverIdleTimeoutS: number;
  readonly queryWaitTimeoutS: number;
};

/** The margin that stays free beside the pools: 5 % of the slots, but at least three. */
const MARGIN_PERCENT = 5;
const LEAST_MARGIN = 3;
/** After a restart as many clients again may connect at once. */
const GROWTH = 2;
const LEAST_CLIENTS = 100;
/**
 * Idle sessions close within a minute. A waiting client gets its error after 30 s at most, while its user
 * still waits.
 */
const MOST_IDLE_S = 60;
const MOST_WAIT_S = 30;

/**
 * Null without a PgBouncer that reported its state, or without a pool in use. Null also when its console does
 * not list all of its sessions: then we do not know how many slots others take, nor the pools of all
 * processes.
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
  // A size of 0 is without limit (PgBouncer from 1.24 on).
  const known = sizes.filter((size) => size !== null && size > 0);
  return {
    pools: used.length,
    most:
      known.length < sizes.length
        ? null
        : known.reduce((sum: number, size) => sum + (size ?? 0) + reserve, 0),
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

/** The value that is set, but at most `mostS`. A value of 0 means without limit. */
function lesser(setMs: number | null, mostS: number): number {
  const seconds = Math.floor((setMs ?? 0) / 1_000);
  return seconds === 0 ? mostS : Math.min(seconds, mostS);
}
