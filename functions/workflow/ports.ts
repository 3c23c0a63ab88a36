import type { Problem } from '../core/errors.ts';
import type { Message } from '../core/message.ts';
import type { Connecting } from '../core/record.ts';
import type { Session } from '../core/session.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { GuardResult } from '../core/verification.ts';

/** One session with the server, alone and bounded. Every call is one or more autocommitted statements. */
export type Database = {
  /** True when the lock was free; it is held until the session ends. */
  readonly tryLock: () => Promise<boolean>;
  readonly readSnapshot: () => Promise<Snapshot>;
  /** One guarded statement per session, pipelined; a broken connection yields `unknown` instead of an error. */
  readonly terminate: (sessions: readonly Session[]) => Promise<readonly GuardResult[]>;
  /** Ends the session within a bound; never throws. */
  readonly close: () => Promise<void>;
};

export type Connection =
  | { readonly database: Database; readonly connecting: Connecting }
  | { readonly problem: Problem; readonly connecting: Connecting };

/** Lends what `remediate` needs from outside. Times are milliseconds since the epoch. */
export type RemediatePorts = {
  /** Tries to get in until `deadline`. Does not throw for anything the server or the network does. */
  readonly connect: (deadline: number) => Promise<Connection>;
  readonly now: () => number;
  /** Rejects when the signal aborts. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** One structured line; survives a run that is killed outright. */
  readonly log: (event: string, fields: Readonly<Record<string, unknown>>) => void;
};

export type ReportPorts = {
  readonly publish: (message: Message) => Promise<void>;
  readonly log: RemediatePorts['log'];
};
