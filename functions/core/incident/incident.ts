import type { RunHead } from '../run/run-head.ts';
import type { Memory } from './memory.ts';
import type { INCIDENT_STATES, TOPICS } from './memory-schema.ts';

/** The parts of a memory. Its schema explains their fields. */
export type Incident = NonNullable<Memory['incident']>;
export type Nature = Incident['nature'];
/** A nature of which people were notified; `culprit` is its fingerprint. */
export type Notified = Incident['told'][number];
export type Recurrence = Incident['recurrence'];
export type IncidentState = (typeof INCIDENT_STATES)[number];
export type ClosedIncident = Memory['closed'][number];
export type RecentRun = Memory['runs'][number];
export type OutboxMessage = Memory['untold'][number];
export type Story = NonNullable<OutboxMessage['story']>;
export type Topic = (typeof TOPICS)[number];

/** What one run adds to the incident of its server, in numbers. */
type RunFigures = Pick<RunHead, 'startedAt' | 'heedsPause' | 'need' | 'ended' | 'retaken'> &
  Partial<Pick<RunHead, 'ownTries'>>;

/** What a run means for the incident of its server. */
export type RunSummary = Nature &
  RunFigures & {
    readonly runId: string;
    /** Whether its trigger stands for a client that was refused. */
    readonly refused: boolean;
    /** Whether another run has held the lock for longer than a run can last. */
    readonly isStuck?: boolean;
    /** How many sessions its plan chose, and of which programs. Absent without a head. */
    readonly planned?: Pick<RunHead, 'chosen' | 'groups'>;
  };
