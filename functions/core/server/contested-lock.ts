import type * as z from 'zod/mini';
import type { ReadOnly } from '../base/read-only.ts';
import type { lockSchema } from './snapshot-schema.ts';

/**
 * A lock that at least one session waits for. Pairs of sessions are never stored, because their number grows
 * with the square of the sessions.
 */
export type ContestedLock = ReadOnly<z.output<typeof lockSchema>>;
/** One session that holds a lock or waits for it. A parallel worker counts as its leader. */
export type LockShare = ContestedLock['holders'][number];

/** The pid that stands for prepared transactions. */
export const PREPARED = 0;

/** The server's table of lock modes that exclude each other, weakest first (documentation, "Explicit Locking"). */
const MODES = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
] as const;
type Mode = (typeof MODES)[number];

const CONFLICTS: Readonly<Record<Mode, ReadonlySet<string>>> = {
  AccessShareLock: new Set(MODES.slice(7)),
  RowShareLock: new Set(MODES.slice(6)),
  RowExclusiveLock: new Set(MODES.slice(4)),
  ShareUpdateExclusiveLock: new Set(MODES.slice(3)),
  ShareLock: new Set([...MODES.slice(2, 4), ...MODES.slice(5)]),
  ShareRowExclusiveLock: new Set(MODES.slice(2)),
  ExclusiveLock: new Set(MODES.slice(1)),
  AccessExclusiveLock: new Set(MODES),
};

/** Whether two sessions cannot hold one lock in these modes at once. An unknown mode conflicts with none. */
export function conflict(mode: string, other: string): boolean {
  return Object.hasOwn(CONFLICTS, mode) && CONFLICTS[mode as Mode].has(other);
}
