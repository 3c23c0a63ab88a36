import type { Problem } from '../core/base/errors.ts';
import type { Configuration } from '../core/doctor/doctor-facts.ts';
import type { SlotCount } from '../core/plan/plan-from-count.ts';
import type { LockAttempt } from '../core/run/lock-sight.ts';
import type { Recall } from '../core/run/pause.ts';
import type { Connecting } from '../core/run/record.ts';
import type { GuardResult } from '../core/run/verification.ts';
import type { PoolerState } from '../core/server/pooler.ts';
import type { Session } from '../core/server/session.ts';
import type { Snapshot } from '../core/server/snapshot.ts';
import type { KnownTries } from './known-tries.ts';

/** One session with the server, alone and bounded. Every call is one or more autocommitted statements. */
export type Database = {
  /** Takes the lock unless another run has it, until the session ends; tells who else holds one like it. */
  readonly tryLock: () => Promise<LockAttempt>;
  /** Counts the slots that are taken; null where a run may be at work, or sessions must be looked at to know. */
  readonly countSlots: () => Promise<SlotCount | null>;
  readonly readSnapshot: () => Promise<Snapshot>;
  /** What the doctor looks at besides the sessions; null on a server on which it is left to the doctor. */
  readonly readConfiguration: () => Promise<Configuration | null>;
  /** Each session through the guard; a broken connection yields `unknown` instead of an error. */
  readonly terminate: (sessions: readonly Session[]) => Promise<readonly GuardResult[]>;
  /** Ends the session within a bound; never throws. */
  readonly close: () => Promise<void>;
};

export type Connection =
  | { readonly database: Database; readonly connecting: Connecting }
  | { readonly problem: Problem; readonly connecting: Connecting };

/** Lends what `remediate` needs from outside. Times are milliseconds since the epoch. */
export type RemediatePorts = {
  /** As whom we come to the server; null when nobody can tell. Never rejects. */
  readonly ownRole: () => Promise<string | null>;
  /** Tries to get in until `deadline`. Does not throw for anything the server or the network does. */
  readonly connect: (deadline: number) => Promise<Connection>;
  /** What memory holds of the server, in half a second at most; null where there is no memory. Never rejects. */
  readonly recall: () => Promise<Recall | null>;
  /** Refused tries of the last runs in this process; undefined where a process has one run. */
  readonly tries?: KnownTries | undefined;
  /** What the server's pooler says of itself, in a second at most; null where none is declared. Never rejects. */
  readonly readPooler: () => Promise<PoolerState | null>;
  readonly now: () => number;
  /** Rejects when the signal aborts. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** One structured line; survives a run that is killed outright. */
  readonly log: (event: string, fields: Readonly<Record<string, unknown>>) => void;
};
