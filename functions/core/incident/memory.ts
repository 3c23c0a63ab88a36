import { RemediationError } from '../base/errors.ts';
import type { OwnTries, Pause } from '../run/pause.ts';
import type { ClosedIncident, Incident, OutboxMessage, RecentRun } from './incident.ts';
/**
 * What is known about one server across its runs. The keys are those of the stored item, so that older items
 * can be read.
 */
export type Memory = {
  /**
   * The number of writes. Each write names the version that it replaces. 0 means that nothing is remembered
   * yet.
   */
  readonly version: number;
  readonly paused: Pause | null;
  /**
   * Misconfigurations that people were told, by check. One that is gone is dropped, and reported again if it
   * returns.
   */
  readonly told: readonly string[];
  /** Pending misconfigurations: their message is in the outbox, and no topic has taken it yet. */
  readonly telling: readonly string[];
  readonly incident: Incident | null;
  /** The newest runs that matter to incidents, the oldest first. */
  readonly runs: readonly RecentRun[];
  /** Our own refused tries in the newest runs that had any, the oldest first. */
  readonly ownTries: readonly OwnTries[];
  /** Since when each run has found the lock taken. Null when the latest run that wanted the lock got it. */
  readonly busySince: string | null;
  /** The newest incidents that are over, the oldest first. */
  readonly closed: readonly ClosedIncident[];
  /** When the breaker last tripped. */
  readonly trippedAt: string | null;
  /** The outbox: messages that have not reached every topic yet, the oldest first. */
  readonly untold: readonly OutboxMessage[];
  /**
   * The run whose message lists the sessions that the old meaning of `keepPerGroup` would have kept. Absent
   * until there is such a message.
   */
  readonly keepToldBy?: string | undefined;
};

export const NOTHING_REMEMBERED: Memory = {
  version: 0,
  paused: null,
  told: [],
  telling: [],
  incident: null,
  runs: [],
  ownTries: [],
  busySince: null,
  closed: [],
  trippedAt: null,
  untold: [],
};

/** The server to which the memory belongs, and the table that stores it. */
export type MemoryPlace = { readonly server: string; readonly table: string };

/** The error for any answer of the service or the network that is no item. */
export function memoryUnreadable({ server, table }: MemoryPlace, found: string): RemediationError {
  const message = `What table ${table} holds of ${server} cannot be read (${found}): check the table's name, the right to dynamodb:GetItem, and the way to DynamoDB.`;
  return new RemediationError('memory-unreadable', message);
}
