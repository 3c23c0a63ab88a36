import type * as z from 'zod/mini';
import type { ReadOnly } from '../base/read-only.ts';
import type { lockHolderSchema, lockSightSchema } from './codec/record-lock-schema.ts';

/**
 * A run announces itself by an advisory lock of our class. Only another run prevents it from acting; other
 * holders of such a lock do not.
 */

/** Another session that holds a lock of our class. */
export type LockHolder = ReadOnly<z.output<typeof lockHolderSchema>>;

/** The holders of the lock when a run took it, or at its last try. */
export type LockSight = ReadOnly<z.output<typeof lockSightSchema>>;

export type LockAttempt = LockSight & { readonly locked: boolean };
