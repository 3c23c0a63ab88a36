import { type ContestedLock, type LockShare, PREPARED } from '../../core/server/contested-lock.ts';
import { directBlockers } from '../../core/server/direct-blockers.ts';
import { nullIfForbidden } from '../connection/null-if-forbidden.ts';
import type { Query } from '../connection/query.ts';
import { READ_CONTESTED_LOCKS } from './sql/read-contested-locks.ts';
import { READ_OTHER_WAITS } from './sql/read-other-waits.ts';

type LockRow = {
  readonly kind: string;
  /** Null where the lock has no holder. A single pid is null where the holder is a prepared transaction. */
  readonly holderPids: readonly (number | null)[] | null;
  readonly holderModes: readonly string[] | null;
  readonly waiterPids: readonly (number | null)[] | null;
  readonly waiterModes: readonly string[] | null;
  /** Null while a wait has just begun. */
  readonly waitedMs: number | null;
};

/** The columns of a session that show which sessions it may wait for. */
export type Waiter = {
  readonly pid: number | null;
  readonly waitsForLock: boolean;
  /** For a parallel worker, the session that it works for. */
  readonly leaderPid: number | null;
};

export type Waits = {
  /** Undefined where the server refused to show its locks. */
  readonly locks: readonly ContestedLock[] | undefined;
  /** For each session, some of the sessions that it waits for directly. */
  readonly blockedBy: ReadonlyMap<number, readonly number[]>;
};

/** Each question holds all lock partitions of the server for a moment, and its answer may name every session. */
const MOST_ASKED = 64;

/**
 * Finds which session waits for which: contested locks in one read, and the server's own answer for waits that none of
 * these locks explains.
 */
export async function readWaits(
  query: Query,
  waiters: readonly Waiter[],
  rows: readonly unknown[] | null,
): Promise<Waits> {
  const lockRows = rows as readonly LockRow[] | null;
  const inQueue = new Set(lockRows?.flatMap(({ waiterPids }) => waiterPids ?? []));
  const others = waiters.flatMap(({ pid, waitsForLock }) =>
    waitsForLock && !inQueue.has(pid) ? (pid ?? []) : [],
  );
  const answers =
    others.length === 0 ? [] : await nullIfForbidden(query(READ_OTHER_WAITS, [others.slice(0, MOST_ASKED)]));
  const leaders = new Map(waiters.map(({ pid, leaderPid }) => [pid, leaderPid]));
  const locks = lockRows?.map((row) => lockOf(row, leaders));
  const blockedBy = new Map(directBlockers(locks ?? []));
  for (const answer of answers ?? []) {
    const { pid, blockedBy: pids } = answer as {
      readonly pid: number;
      readonly blockedBy: readonly number[];
    };
    blockedBy.set(pid, pids);
  }
  return { locks, blockedBy };
}

export function readContestedLocks(query: Query): Promise<readonly unknown[] | null> {
  return nullIfForbidden(query(READ_CONTESTED_LOCKS));
}

function lockOf(row: LockRow, leaders: ReadonlyMap<number | null, number | null>): ContestedLock {
  const shares = (pids: LockRow['holderPids'], modes: LockRow['holderModes']): readonly LockShare[] =>
    (pids ?? []).map((pid, at) => ({ pid: leaders.get(pid) ?? pid ?? PREPARED, mode: modes?.[at] ?? '' }));
  return {
    kind: row.kind,
    holders: shares(row.holderPids, row.holderModes),
    waiters: shares(row.waiterPids, row.waiterModes),
    ...(row.waitedMs !== null && { waitedMs: Math.max(0, row.waitedMs) }),
  };
}
