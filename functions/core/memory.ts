import { type Problem, RemediationError } from './errors.ts';
import type { ClosedIncident, Incident, OwnTries, RecentRun, Untold } from './incident.ts';
import type { Mode } from './policy.ts';
import { isRefusal, type TriggerKind } from './trigger.ts';

/**
 * While it lasts, runs only look: who said so, when (ISO 8601, UTC), and why. `until` is when it ends by itself: the
 * breaker's do, people's do not.
 */
export type Pause = {
  readonly at: string;
  readonly by: string;
  readonly reason: string | null;
  readonly until: string | null;
};

/** What is known of one server across its runs. */
export type Memory = {
  /** Counts the writes, each of which names the version that it replaces; 0 is nothing remembered yet. */
  readonly version: number;
  readonly paused: Pause | null;
  /** Misconfigurations that people know of, by check. One that is gone is forgotten, and told again if it comes back. */
  readonly told: readonly string[];
  /** Those being told. What stays here broke off before any topic was known to have it, and is told again. */
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
  /** Messages that not every topic is known to have, oldest first. */
  readonly untold: readonly Untold[];
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

/** What a run learnt from memory before it acted. */
export type Recall =
  | {
      readonly kind: 'read';
      readonly table: string;
      readonly paused: Pause | null;
      /** Absent in records from before they were remembered. */
      readonly ownTries?: readonly OwnTries[] | undefined;
    }
  | { readonly kind: 'unreadable'; readonly table: string; readonly problem: Problem };

/**
 * The mode in which a run acts. Who cannot read whether it is paused acts where somebody was refused, for there a server
 * is in need, and only observes where nobody was.
 */
export function modeInForce(mode: Mode, recall: Recall | null, trigger: TriggerKind): Mode {
  return mode === 'enforce' && recall?.kind === 'unreadable' && !isRefusal(trigger) ? 'observe' : mode;
}

export function pauseIn(recall: Recall | null): Pause | null {
  return recall?.kind === 'read' ? recall.paused : null;
}

/** Our own refused tries of the last runs, as far as memory tells. */
export function ownTriesIn(recall: Recall | null): readonly OwnTries[] {
  return recall?.kind === 'read' ? (recall.ownTries ?? []) : [];
}

/** The pause, unless it has ended by itself; `now` is milliseconds since the epoch. */
export function pauseAt(paused: Pause | null, now: number): Pause | null {
  return paused === null || paused.until === null || now < Date.parse(paused.until) ? paused : null;
}

/** For whatever the service or the network answered instead of an item. */
export function memoryUnreadable({ server, table }: MemoryPlace, found: string): RemediationError {
  const message = `What table ${table} holds of ${server} cannot be read (${found}): check the table's name, that dynamodb:GetItem is allowed on this key, and that DynamoDB is reached from here.`;
  return new RemediationError('memory-unreadable', message);
}
