import type { Cause } from '../diagnosis/cause.ts';
import type { Mode } from '../policy/policy.ts';
import type { Outcome } from '../run/outcome.ts';
import type { Pause } from '../run/pause.ts';
import type { RunFigures } from '../run/run-head.ts';
import type { Group } from '../server/session.ts';

/**
 * An *incident* spans several runs of one server: from the first run that saw trouble, or could not look,
 * until it is over. Times are ISO 8601, UTC.
 */
export type Incident = {
  /** The id of the run that opened it. */
  readonly id: string;
  readonly openedAt: string;
  /** When its newest run began, whatever the run saw. */
  readonly lastRunAt: string;
  /** When the newest run that saw trouble began. */
  readonly lastTroubleAt: string;
  /** The nature as that run saw it. */
  readonly nature: Nature;
  /** How many runs saw trouble, and how many sessions they ended. */
  readonly runs: number;
  readonly ended: number;
  readonly recurrence: Recurrence;
  /** When people were last told about it. */
  readonly toldAt: string;
  /** The natures that people were told, the latest last. */
  readonly told: readonly Notified[];
};

/** What distinguishes one trouble from another. When it changes, people are told again. */
export type Nature = {
  readonly outcome: Outcome;
  readonly mode: Mode;
  readonly cause: Cause | null;
  /** The program that leads among those that hold the slots. */
  readonly culprit: Group | null;
};

/** A nature of which people were notified; `culprit` is its fingerprint. */
export type Notified = {
  readonly at: string;
  readonly standing: IncidentState;
  readonly cause: Cause | null;
  readonly culprit: string | null;
};

/** The states of an incident, by what they ask of people. The worst comes last. */
export const INCIDENT_STATES = [
  /** A refusal for which no run saw the reason. */
  'unexplained',
  /** A run has relieved it without people. */
  'relieved',
  /** Pressure that no run relieved. */
  'pressed',
  /** No run could look, or read the result of its terminations. */
  'unseen',
  /** Pressure, but runs are paused. */
  'paused',
] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];

/**
 * How many incidents there were in the last 24 hours, this one included, and how many of them had the same
 * culprit.
 */
export type Recurrence = { readonly times: number; readonly sameCulprit: number };

/**
 * An incident that is over, with the facts by which later ones are compared. `lastRunAt` is when the run that
 * closed it began.
 */
export type ClosedIncident = {
  readonly openedAt: string;
  readonly lastRunAt: string;
  readonly culprit: string | null;
};

/** The facts about a run that later runs need. `culprit` is a fingerprint. */
export type RecentRun = {
  readonly id: string;
  readonly at: string;
  readonly outcome: Outcome;
  readonly cause: Cause | null;
  readonly culprit: string | null;
  /** The slots to free at its first snapshot, over all scopes. Null when it took none. */
  readonly need: number | null;
  readonly ended: number;
  readonly retaken: number;
};
/** What a run means for the incident of its server. */
export type RunSummary = Nature &
  RunFigures & {
    readonly runId: string;
    /** Whether its trigger stands for a client that was refused. */
    readonly refused: boolean;
    /** Whether another run has held the lock for longer than a run can last. */
    readonly isStuck?: boolean;
  };

/** What the message about an incident says after a run, and what people need to know beside the run. */
export type Story = {
  readonly kind: 'opened' | 'changed' | 'reminder' | 'over';
  readonly at: string;
  readonly incident: Pick<Incident, 'id' | 'openedAt' | 'lastTroubleAt' | 'runs' | 'ended'> &
    Pick<Nature, 'cause' | 'culprit'>;
  readonly recurrence: Recurrence;
  /** What has changed, when the kind is `changed`. Null otherwise. */
  readonly change: 'standing' | 'cause' | 'culprit' | 'breaker' | null;
  /**
   * The breaker's pause, which this run set, or which is lifted because the incident is over. Null otherwise.
   */
  readonly breaker: Pause | null;
  /** Why the incident is over: healthy runs in a row, or no trouble for an hour. Null when it is not over. */
  readonly because: 'healthy' | 'quiet' | null;
  /**
   * When this run opened an incident and only now found an earlier one over: when that one had opened. Null
   * otherwise.
   */
  readonly before: string | null;
};

/** Where messages go. */
export const TOPICS = ['people', 'chat'] as const;
export type Topic = (typeof TOPICS)[number];

/** A message that has not reached every topic yet. The next delivery of its run publishes it to the rest. */
export type OutboxMessage = {
  readonly runId: string;
  /** Null for messages outside incidents. */
  readonly story: Story | null;
  /** The topics that took it. */
  readonly taken: readonly Topic[];
  /** The misconfigurations that it reports. Empty when it is about the run. */
  readonly checks: readonly string[];
};
