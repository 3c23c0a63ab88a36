import type { GroupUsage } from '../server/rank-groups.ts';
import type { Group, Session } from '../server/session.ts';

/**
 * Why the slots ran out. Messages, the page, memory and metrics use this closed union. `limit-too-low` never
 * stands beside a leak. `unclear` is an answer too, because a wrong guess at night costs more than none.
 */
export const CAUSES = [
  /** A program steadily opens sessions that stay idle and are never used again. */
  'connection-leak',
  /** Pools that keep more idle sessions than they use, opened when their processes started. */
  'oversized-idle-pools',
  /** Each request opens a session, does its work, and closes it. */
  'session-per-request',
  /** Many young sessions that all work: there is more to do than before. */
  'traffic-spike',
  /** Statements that run for long hold the slots. */
  'slow-queries',
  /** Transactions that a client began and left open. */
  'idle-in-transaction',
  /**
   * Statements such as `COPY … FROM STDIN` whose clients send no more input. The server shows them as active.
   */
  'clients-owe-input',
  /** Sessions that wait for a lock which another session holds. */
  'lock-pile-up',
  /** Clients that reconnect at once after they were refused or disconnected. */
  'reconnect-storm',
  /** A role's `CONNECTION LIMIT`. */
  'role-limit',
  /** A database's `CONNECTION LIMIT`. */
  'database-limit',
  /** `max_wal_senders`. */
  'replication-limit',
  /** A pooler that opens more sessions than it needs. */
  'pooler-oversized',
  /** psql and graphical tools, left open by people. */
  'developer-tools',
  /** A monitoring agent with many sessions. */
  'monitoring-hog',
  /** Sessions whose hosts are gone. The server keeps them until TCP keepalives fail. */
  'dead-clients',
  /** Clients that never finish their login hold slots, but few sessions are visible. */
  'half-open-clients',
  /** All sessions are in use, and no program has too many: the server has too few slots. */
  'limit-too-low',
  'unclear',
] as const;

export type Cause = (typeof CAUSES)[number];

export type Confidence = 'high' | 'medium' | 'low';

/** At which rate a group opened its sessions, fitted to the start of those that it still holds. */
export type OpeningRate = {
  /** How many sessions it opened and kept an hour. */
  readonly perHour: number;
  /** Over which time, in milliseconds. */
  readonly spanMs: number;
  /** How many milliseconds before the snapshot the first of them was opened. */
  readonly sinceMs: number;
  /**
   * How long after the snapshot the free slots are used up at this rate, in milliseconds. 0 when none are
   * free.
   */
  readonly fullInMs: number | null;
};

/** A program that holds slots, and why. */
export type Culprit = {
  readonly usage: GroupUsage;
  readonly cause: Cause;
  readonly confidence: Confidence;
  /** Sentences with numbers. Names that clients choose are in `usage` only. */
  readonly evidence: readonly string[];
  /** Null when there is no steady rate. */
  readonly opening: OpeningRate | null;
  /** The other programs of which the same is true. Absent when there is none. */
  readonly alike?: readonly Group[];
  /** The sessions that the cause explains, also those of other programs. Absent: all of this program. */
  readonly members?: readonly Session[];
};

/** The explanation of a run: one cause, and the programs behind it, by their share of the slots. */
export type Diagnosis = {
  readonly cause: Cause;
  readonly confidence: Confidence;
  readonly evidence: readonly string[];
  /**
   * The culprit that explains most slots comes first. That is the largest program, but the holder of a lock
   * counts for all sessions that wait for it. In a mixture each culprit has its own cause. Empty when no
   * program can be named.
   */
  readonly culprits: readonly Culprit[];
};
