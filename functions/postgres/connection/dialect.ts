import type { Configuration } from '../../core/doctor/doctor-facts.ts';
import type { LockAttempt } from '../../core/run/lock-sight.ts';
import type { Session } from '../../core/server/session.ts';
import type { Flavor, Snapshot } from '../../core/server/snapshot.ts';
import type { RedactStatement } from '../../core/server/statement-choice.ts';
import type { Query } from './query.ts';

/** What differs between PostgreSQL and its relatives. */
export type Dialect = {
  readonly flavor: Flavor;
  /** Takes the lock of a run, unless another run has it. */
  readonly tryLock: (query: Query) => Promise<LockAttempt>;
  /** Counts slots in a few bytes; null where there is no such statement. */
  readonly countSlots: ((query: Query) => Promise<Counted | null>) | null;
  /** Later readings are given the same `tell`, which remembers its results. */
  readonly readSnapshot: (query: Query, tell?: RedactStatement) => Promise<Snapshot>;
  /** Null where only the doctor reads it. */
  readonly readConfiguration: (query: Query) => Promise<Configuration | null>;
  /** The statements that end these sessions, each only if it is unchanged since it was seen. */
  readonly guards: (victims: readonly Session[]) => readonly Guard[];
};

/**
 * Whether a session holds a lock like ours, the slots taken without ours, whether some rows are hidden from our role, and
 * when the server was started, by its own clock.
 */
export type Counted = {
  readonly locked: boolean;
  readonly used: number;
  readonly hidden: boolean;
  readonly since: string;
};

/**
 * A guarded statement for one or more sessions. It tries them in order and always tries the first. For each it returns a
 * row with `at` (from 1) and `result`. A session without a row at the end is `no-match`.
 */
export type Guard = {
  readonly victims: readonly Session[];
  readonly text: string;
  readonly values: readonly unknown[];
};
