import type { PoolerState } from './pooler.ts';
import type { Refusal, Snapshot } from './snapshot.ts';

/** The snapshot with what the pooler said. */
export function withPooler(snapshot: Snapshot, pooler: PoolerState | null): Snapshot {
  if (pooler === null) return snapshot;
  return { ...snapshot, pooler, refusals: [...snapshot.refusals, ...poolerRefusals(pooler)] };
}

/** Shorter waits are what pools are for. */
const LONG_WAIT_MS = 1_000;

/**
 * Whom the pooler itself turns away or keeps waiting, as far as its console tells: that it takes no more clients (how many
 * it has refused it does not say), and clients that wait for a session for long.
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

/** Whether the pooler turned away clients, or lets them wait, whatever room the server has. */
export function poolerRefuses({ refusals }: Pick<Snapshot, 'refusals'>): boolean {
  return refusals.some(({ kind }) => kind === 'pooler');
}
