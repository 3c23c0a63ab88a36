import type { RunRecord } from '../../functions/core/run/record.ts';
import type { ContestedLock } from '../../functions/core/server/contested-lock.ts';
import type { Session } from '../../functions/core/server/session.ts';
import { aPolicy, aSession, HOUR } from './builders.ts';
import { HOSTILE } from './hostile.ts';
import { runOf, snapshotOf } from './records.ts';

const NAMES = Object.values(HOSTILE).map((name) => name.slice(0, 63));
const FIRST_PID = 10_000;

/** Which session waits for which, by index in the list of sessions. */
type Shape = (sessions: number) => readonly ContestedLock[];

const lockOf = (holders: readonly number[], waiters: readonly number[]): ContestedLock => ({
  kind: 'transactionid',
  holders: holders.map((at) => ({ pid: FIRST_PID + at, mode: 'ExclusiveLock' })),
  waiters: waiters.map((at) => ({ pid: FIRST_PID + at, mode: 'ShareLock' })),
});
const placesUpTo = (count: number) => Array.from({ length: count }, (_, at) => at);

export const SHAPES: Readonly<Record<string, Shape>> = {
  'behind one row': (count) => [lockOf([0], placesUpTo(count).slice(1))],
  'each behind the one before': (count) => placesUpTo(count - 1).map((at) => lockOf([at], [at + 1])),
  'in a circle': (count) => placesUpTo(count).map((at) => lockOf([at], [(at + 1) % count])),
  'half behind the other half': (count) => {
    const half = Math.floor(count / 2);
    return [lockOf(placesUpTo(half), placesUpTo(count).slice(half))];
  },
};

/** A run that saw so many sessions with hostile names, which wait for each other in this shape. */
export function pileUp(shape: string, count: number): RunRecord {
  const sessions = placesUpTo(count).map((at): Session => {
    const name = (shift: number) => NAMES[(at + shift) % NAMES.length] ?? '';
    const waits = at % 3 > 0;
    return aSession({
      ...{ pid: FIRST_PID + at, application: name(0), user: name(3), database: name(7), address: name(11) },
      ...(waits
        ? { state: 'active', waitEvent: 'Lock:transactionid', queryAgeMs: 60_000 }
        : { state: 'idle', stateAgeMs: 2 * HOUR }),
    });
  });
  const locks = SHAPES[shape]?.(count) ?? [];
  const snapshot = { ...snapshotOf(sessions, { max: count + 3 }), locks };
  const limits = { maxVictims: 5_000, maxPercent: 50, keepPerGroup: 0 };
  return runOf({ snapshot, policy: aPolicy({ mode: 'enforce', limits }) });
}
