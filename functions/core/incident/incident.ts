import type { Cause } from '../diagnosis/cause.ts';
import type { Mode } from '../policy/policy.ts';
import type { Outcome } from '../run/outcome.ts';
import type { Pause } from '../run/pause.ts';
import type { RunFigures } from '../run/run-head.ts';
import type { Group } from '../server/session.ts';

/**
 * An *incident* lives across the runs of one server: from the first trouble that a run saw, or could not look at, until it
 * is over. Times are ISO 8601, UTC.
 */
export type Incident = {
  /** The id of the run that opened it. */
  readonly id: string;
  readonly openedAt: string;
  /** When its newest run began, whatever that saw. */
  readonly lastRunAt: string;
  /** When the newest run began that saw trouble. */
  readonly lastTroubleAt: string;
  /** As that run saw it. */
  readonly nature: Nature;
  /** Runs that saw trouble, and how many sessions they ended. */
  readonly runs: number;
  readonly ended: number;
  readonly recurrence: Recurrence;
  /** When people were last told of it. */
  readonly toldAt: string;
  /** What they were told it is, the latest last. */
  readonly told: readonly Notified[];
};

/** What makes one trouble another one: whoever was told of it is told again when it differs. */
export type Nature = {
  readonly outcome: Outcome;
  readonly mode: Mode;
  readonly cause: Cause | null;
  /** Who leads among those that hold the slots. */
  readonly culprit: Group | null;
};

/** A nature of which people were notified; `culprit` is its fingerprint. */
export type Notified = {
  readonly at: string;
  readonly standing: IncidentState;
  readonly cause: Cause | null;
  readonly culprit: string | null;
};

/** The state of an incident, by what it asks of people. The worst comes last. */
export const INCIDENT_STATES = [
  /** A refusal for which nobody saw the reason. */
  'unexplained',
  /** A run alone has relieved it. */
  'relieved',
  /** Pressure that no run relieved. */
  'pressed',
  /** No run could look, or tell what came of it. */
  'unseen',
  /** Pressure, and runs may not act. */
  'paused',
] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];

/** How often it has come to an incident in the last 24 hours, this one counted; and how often by the same culprit. */
export type Recurrence = { readonly times: number; readonly sameCulprit: number };

/** An incident that is over, as far as a later one may be like it. `lastRunAt` is that of the run that closed it. */
export type ClosedIncident = {
  readonly openedAt: string;
  readonly lastRunAt: string;
  readonly culprit: string | null;
};

/** A run, as far as the next ones must know of it. `culprit` is a fingerprint. */
export type RecentRun = {
  readonly id: string;
  readonly at: string;
  readonly outcome: Outcome;
  readonly cause: Cause | null;
  readonly culprit: string | null;
  /** Slots to free at its first look, over all scopes; null when it did not look. */
  readonly need: number | null;
  readonly ended: number;
  readonly retaken: number;
};
/** What a run means to the incident of its server. */
export type RunSummary = Nature &
  RunFigures & {
    readonly runId: string;
    /** Its trigger stands for somebody who was refused. */
    readonly refused: boolean;
    /** Another run held the lock for longer than a run can take. */
    readonly isStuck?: boolean;
  };

/** What is to be told of an incident after a run, and what people have to know of it besides the run. */
export type Story = {
  readonly kind: 'opened' | 'changed' | 'reminder' | 'over';
  readonly at: string;
  readonly incident: Pick<Incident, 'id' | 'openedAt' | 'lastTroubleAt' | 'runs' | 'ended'> &
    Pick<Nature, 'cause' | 'culprit'>;
  readonly recurrence: Recurrence;
  /** What is different in a `changed` one; else null. */
  readonly change: 'standing' | 'cause' | 'culprit' | 'breaker' | null;
  /** The breaker's pause: set by this run, or lifted because it is over; else null. */
  readonly breaker: Pause | null;
  /** Why it is `over`: healthy runs in a row, or no trouble for an hour; else null. */
  readonly because: 'healthy' | 'quiet' | null;
  /** When the incident opened that was found over only now, as this one `opened`; else null. */
  readonly before: string | null;
};

/** Where messages go. */
export const TOPICS = ['people', 'chat'] as const;
export type Topic = (typeof TOPICS)[number];

/** A message that not every topic is known to have taken. The next delivery of its run publishes it to the others. */
export type OutboxMessage = {
  readonly runId: string;
  /** Null for messages outside incidents. */
  readonly story: Story | null;
  /** Those that took it. */
  readonly taken: readonly Topic[];
  /** The misconfigurations that it is about; none where it is about the run. */
  readonly checks: readonly string[];
};
