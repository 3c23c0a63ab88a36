import type { GroupUsage } from '../server/rank-groups.ts';

/**
 * Why the slots ran out; one closed union for message, page, memory and metrics. `limit-too-low` never stands beside a
 * leak, and `unclear` is an answer: a guess at night costs more than none.
 */
export const CAUSES = [
  /** Idle sessions that one group opens steadily and never uses again. */
  'connection-leak',
  /** Pools that keep more idle sessions than they use, opened when their processes started. */
  'oversized-idle-pools',
  /** Each request opens a session, does its work, and closes it. */
  'session-per-request',
  /** Many young sessions that all work: more to do than before. */
  'traffic-spike',
  /** Statements that run long hold the slots. */
  'slow-queries',
  /** Transactions that were begun and left. */
  'idle-in-transaction',
  /** `COPY … FROM STDIN` and alike, whose clients send nothing more: the server shows them as active. */
  'clients-owe-input',
  /** Sessions that wait for a lock that somebody holds. */
  'lock-pile-up',
  /** Refused or thrown-out clients that come again at once. */
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
  /** Sessions whose hosts are gone: the server waits for keepalives. */
  'dead-clients',
  /** Slots taken by clients that never finish logging in: few sessions show. */
  'half-open-clients',
  /** All sessions are in use, none too many: the server has too few slots. */
  'limit-too-low',
  'unclear',
] as const;

export type Cause = (typeof CAUSES)[number];

export type Confidence = 'high' | 'medium' | 'low';

/** How a group came to its sessions, fitted on when those it still holds were opened. */
export type OpeningRate = {
  /** Sessions an hour that it opened and kept. */
  readonly perHour: number;
  /** Over which time, milliseconds. */
  readonly spanMs: number;
  /** Until the slots that were free before are gone again at this rate, milliseconds from the snapshot; 0 when they are. */
  readonly fullInMs: number | null;
};

/** Who holds the slots, and why. */
export type Culprit = {
  readonly usage: GroupUsage;
  readonly cause: Cause;
  readonly confidence: Confidence;
  /** Sentences with numbers. Names that clients choose stand in `usage` only. */
  readonly evidence: readonly string[];
  /** Null where nothing steady shows. */
  readonly opening: OpeningRate | null;
};

/** What explains a run: one cause, and who is behind it, by the share of the slots. */
export type Diagnosis = {
  readonly cause: Cause;
  readonly confidence: Confidence;
  readonly evidence: readonly string[];
  /**
   * Who explains most slots first: the largest, but for whoever holds a lock, who answers for all who wait behind. A mixture
   * has several, each with its own cause. Empty where nobody can be named.
   */
  readonly culprits: readonly Culprit[];
};
