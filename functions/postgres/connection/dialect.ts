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
  /** Counts, in a few bytes; null where there is no such statement. */
  readonly countSlots: ((query: Query) => Promise<Counted | null>) | null;
  /** Later looks are given the same `tell`, which remembers. */
  readonly readSnapshot: (query: Query, tell?: RedactStatement) => Promise<Snapshot>;
  /** Null where the doctor alone looks at it. */
  readonly readConfiguration: (query: Query) => Promise<Configuration | null>;
  /** What ends these sessions, each only if it still is what was seen. */
  readonly guards: (victims: readonly Session[]) => readonly Guard[];
};

/** Whether anybody holds a lock like ours; slots taken, ours apart; whether some rows are hidden from our role; and when the server was started, as it says. */
export type Counted = {
  readonly locked: boolean;
  readonly used: number;
  readonly hidden: boolean;
  readonly since: string;
};

/**
 * A guarded statement for one or more sessions, tried in order, the first in any case. It gives a row for each, `at` (from 1)
 * and `result`; no row at its end is `no-match`.
 */
export type Guard = {
  readonly victims: readonly Session[];
  readonly text: string;
  readonly values: readonly unknown[];
};
