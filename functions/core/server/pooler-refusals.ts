import type { PoolerState } from './pooler.ts';
import type { Refusal, Snapshot } from './snapshot.ts';

/** The snapshot with the pooler's state and refusals. */
export function withPooler(snapshot: Snapshot, pooler: PoolerState | null): Snapshot {
  if (pooler === null) return snapshot;
  return { ...snapshot, pooler, refusals: [...snapshot.refusals, ...poolerRefusals(pooler)] };
}

/** Waits of less than a second are normal for a pool. */
const LONG_WAIT_MS = 1_000;

/**
 * The refusals of the pooler itself, as far as its console shows them: that it accepts no more clients
 * (without a count of those that it refused), and clients that wait long for a session.
 */
export function poolerRefusals(pooler: PoolerState): readonly Refusal[] {
  const { problem, clientCount, settings, pools } = pooler;
  const isFull = settings.mostClients !== null && clientCount >= settings.mostClients;
  const full: readonly Refusal[] =
    isFull || problem?.code === 'pooler-full' ? [{ kind: 'pooler', name: null, count: 1 }] : [];
  const waiting = pools
    .filter(({ longestWaitMs }) => longestWaitMs !== null && longestWaitMs >= LONG_WAIT_MS)
    .map(({ database, clientsWaiting }) => ({ database, count: clientsWaiting ?? 0 }))
    .filter(({ count }) => count > 0);
  return [
    ...full,
    ...waiting.map(({ database, count }): Refusal => ({ kind: 'pooler', name: database, count })),
  ];
}

/** Whether the pooler refuses clients or keeps them waiting, even if the server has free slots. */
export function poolerRefuses({ refusals }: Pick<Snapshot, 'refusals'>): boolean {
  return refusals.some(({ kind }) => kind === 'pooler');
}
