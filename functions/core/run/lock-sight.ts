/** A run announces itself by a lock of our class. Only another run keeps it from acting, whoever else holds such a lock. */

/** Somebody else who holds a lock of our class. */
export type LockHolder = {
  /** Null for a prepared transaction, which has no session. GaussDB's process ids are larger than a number holds. */
  readonly pid: number | string | null;
  readonly user: string | null;
  /** Chosen by the client, hence hostile. */
  readonly application: string;
  /** As a session's: an IP address, `local`, or empty when unknown. */
  readonly address: string;
  /** For how long its session has been open; null where our role may not see it. */
  readonly openMs: number | null;
  /** Whether it counts as a run. Others stop nothing. */
  readonly isRun: boolean;
};

/** What a run saw of the lock when it took it, or last tried. */
export type LockSight = {
  /** The first of them, runs before others. */
  readonly holders: readonly LockHolder[];
  /** How many there are. */
  readonly total: number;
};

export type LockAttempt = LockSight & { readonly locked: boolean };
