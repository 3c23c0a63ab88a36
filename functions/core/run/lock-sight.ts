/**
 * A run announces itself by an advisory lock of our class. Only another run prevents it from acting; other
 * holders of such a lock do not.
 */

/** Another session that holds a lock of our class. */
export type LockHolder = {
  /**
   * Null for a prepared transaction, which has no session. Process ids of GaussDB exceed JavaScript's safe
   * integers and are texts.
   */
  readonly pid: number | string | null;
  readonly user: string | null;
  /** The client chose it, so it is not to be trusted. */
  readonly application: string;
  /** An IP address, `local`, or empty when unknown. */
  readonly address: string;
  /** For how long its session has been open. Null when our role may not see it. */
  readonly openMs: number | null;
  /** Whether the holder counts as a run. Other holders do not stop a run. */
  readonly isRun: boolean;
};

/** The holders of the lock when a run took it, or at its last try. */
export type LockSight = {
  /** The first few holders, runs before others. */
  readonly holders: readonly LockHolder[];
  /** The number of all holders. */
  readonly total: number;
};

export type LockAttempt = LockSight & { readonly locked: boolean };
