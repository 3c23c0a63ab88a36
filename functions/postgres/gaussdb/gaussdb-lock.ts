import type { LockAttempt, LockHolder } from '../../core/run/lock-sight.ts';
import type { Query } from '../connection/query.ts';
import { MOST_HOLDERS } from '../postgresql/sql/try-lock.ts';
import { GIVE_LOCK_BACK, readLockHolders, TAKE_LOCK } from './sql/try-lock.ts';

type Taken = { readonly key: number; readonly taken: boolean; readonly former: boolean };

/**
 * Takes the lock of a run on GaussDB in three steps: announce the run, read the other holders, and give the lock back if
 * another run is among them.
 */
export function tryGaussdbLock(hasSessionIds: boolean): (query: Query) => Promise<LockAttempt> {
  const look = readLockHolders(hasSessionIds);
  return async (query) => {
    const [row] = await query(TAKE_LOCK);
    const { key, taken, former } = row as Taken;
    const holders = (await query(look)) as readonly LockHolder[];
    const locked = taken && !holders.some(({ isRun }) => isRun);
    if (!locked) await query(GIVE_LOCK_BACK, [key, taken, former]);
    return { locked, total: holders.length, holders: holders.slice(0, MOST_HOLDERS) };
  };
}
