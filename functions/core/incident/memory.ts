import { RemediationError } from '../base/errors.ts';
import type { OwnTries, Pause } from '../run/pause.ts';
import type { ClosedIncident, Incident, OutboxMessage, RecentRun } from './incident.ts';
/** What is known of one server across its runs. Its keys are those of the kept item, so that older items stay readable. */
export type Memory = {
  /** Counts the writes, each of which names the version that it replaces; 0 is nothing remembered yet. */
  readonly version: number;
  readonly paused: Pause | null;
  /** Misconfigurations of which people were notified, by check. One that is gone is dropped, and announced again if it returns. */
  readonly told: readonly string[];
  /** Pending misconfigurations: their message is in the outbox, and no topic is known to have taken it. */
  readonly telling: readonly string[];
  readonly incident: Incident | null;
  /** The newest runs that bear on incidents, oldest first. */
  readonly runs: readonly RecentRun[];
  /** Our own refused tries, of the newest runs that had any, oldest first. */
  readonly ownTries: readonly OwnTries[];
  /** Since when every run found another one at work; null where the latest that wanted to look did. */
  readonly busySince: string | null;
  /** The newest incidents that are over, oldest first. */
  readonly closed: readonly ClosedIncident[];
  /** When the breaker last tripped. */
  readonly trippedAt: string | null;
  /** The outbox: messages that not every topic is known to have taken, oldest first. */
  readonly untold: readonly OutboxMessage[];
  /** The run whose message says whom the keep of before there were programs would have kept; absent until one does. */
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

/** Whose memory, and where it is kept. */
export type MemoryPlace = { readonly server: string; readonly table: string };

/** For whatever the service or the network answered instead of an item. */
export function memoryUnreadable({ server, table }: MemoryPlace, found: string): RemediationError {
  const message = `What table ${table} holds of ${server} cannot be read (${found}): check the table's name, the right to dynamodb:GetItem, and the way to DynamoDB.`;
  return new RemediationError('memory-unreadable', message);
}
