import type { Problem } from '../core/base/errors.ts';
import type { Configuration } from '../core/doctor/doctor-facts.ts';
import type { SlotCount } from '../core/plan/plan-from-count.ts';
import type { LockAttempt } from '../core/run/lock-sight.ts';
import type { Recall } from '../core/run/pause.ts';
import type { Connecting, GuardResult } from '../core/run/record.ts';
import type { PoolerState } from '../core/server/pooler.ts';
import type { Session } from '../core/server/session.ts';
import type { Snapshot } from '../core/server/snapshot.ts';
import type { SlotCountAt } from '../core/warning/warning-signs.ts';
import type { KnownTries } from './known-tries.ts';

/** One open session with the server; each call has a time limit. Every call is one or more autocommitted statements. */
export type Database = {
  /** Takes the lock until the session ends, unless another run has it. Returns who else holds such a lock. */
  readonly tryLock: () => Promise<LockAttempt>;
  /** Counts the slots that are taken. Null where a run may be at work, or where the count alone does not decide. */
  readonly countSlots: () => Promise<SlotCount | null>;
  readonly readSnapshot: () => Promise<Snapshot>;
  /** What the doctor checks besides the sessions. Null on servers where only the doctor checks it. */
  readonly readConfiguration: () => Promise<Configuration | null>;
  /** Ends each session through the guard. A broken connection gives the result `unknown` instead of an error. */
  readonly terminate: (sessions: readonly Session[]) => Promise<readonly GuardResult[]>;
  /** Ends the session within a time limit; never throws. */
  readonly close: () => Promise<void>;
};

export type Connection =
  | { readonly database: Database; readonly connecting: Connecting }
  | { readonly problem: Problem; readonly connecting: Connecting };

/** What `remediate` needs from outside. Times are milliseconds since the epoch. */
export type RemediatePorts = {
  /** The name of the role that we log in as; null when it is not known. Never rejects. */
  readonly ownRole: () => Promise<string | null>;
  /** Tries to connect until `deadline`. Whatever the server or the network does, it does not throw. */
  readonly connect: (deadline: number) => Promise<Connection>;
  /** What memory holds of the server, within half a second; null where there is no memory. Never rejects. */
  readonly recall: () => Promise<Recall | null>;
  /** Whether people would be warned of this count, so that the run looks who grows. Never rejects. */
  readonly wouldWarn?: ((count: SlotCountAt) => Promise<boolean>) | undefined;
  /** Refused tries of the last runs in this process; undefined where a process makes one run only. */
  readonly tries?: KnownTries | undefined;
  /** What the server's pooler shows, within a second; null where none is declared. Never rejects. */
  readonly readPooler: () => Promise<PoolerState | null>;
  readonly now: () => number;
  /** Rejects when the signal aborts. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Writes one structured line at once, so that it is there even if the run is killed. */
  readonly log: (event: string, fields: Readonly<Record<string, unknown>>) => void;
};
