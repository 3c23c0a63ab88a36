import type { PoolerState } from './pooler.ts';

/** How often clients log in at the pooler, and how long each stays. */
export type ClientChurn = { readonly perSecond: number; readonly stayS: number };

/** A rollout, in which each client logs in once within a minute, stays above this. */
const SHORT_STAY_S = 30;

/**
 * Null unless clients stay for less than half a minute on average. The number of clients, divided by the logins a second, is
 * how many seconds each stays.
 */
export function clientChurn(pooler: PoolerState): ClientChurn | null {
  const { loginsPerSecond = 0, clientCount } = pooler;
  if (loginsPerSecond === 0) return null;
  const stayS = Math.round(clientCount / loginsPerSecond);
  return stayS < SHORT_STAY_S ? { perSecond: loginsPerSecond, stayS } : null;
}
