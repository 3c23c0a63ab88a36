import type { Cause } from '../../functions/core/diagnosis/cause.ts';

/** Every cause that a diagnosis can name. */
export type DemoCause = Exclude<Cause, 'unclear'>;

export type Played = {
  /** The incident of `test/incidents/stories`; null for the one that the demo plays by itself. */
  readonly story: string | null;
  /** How many times longer the story's pauses are than it says: some causes show only after a time. */
  readonly pace: number;
  /** How long it takes in all, on a machine with little else to do. */
  readonly seconds: number;
};

const story = (name: string, seconds: number, pace = 1): Played => ({ story: name, pace, seconds });

/** What the demo plays for each cause. */
export const DEMO_CAUSES: Readonly<Record<DemoCause, Played>> = {
  'connection-leak': { story: null, pace: 1, seconds: 25 },
  'oversized-idle-pools': story('oversized-idle-pools-prepared', 20),
  'session-per-request': story('session-per-request-php', 25),
  'traffic-spike': story('traffic-spike-one-service', 20),
  'slow-queries': story('slow-queries-reports', 20),
  'idle-in-transaction': story('idle-in-transaction-failed', 20),
  'clients-owe-input': story('clients-owe-input-loader', 20),
  'lock-pile-up': story('lock-pile-up-forgotten-transaction', 10),
  'reconnect-storm': story('reconnect-storm-no-pool', 15),
  'role-limit': story('role-limit-at-work', 10),
  'database-limit': story('database-limit-two-services', 10),
  'replication-limit': story('replication-limit-one-subscriber', 10),
  'pooler-oversized': story('pooler-oversized-session-mode', 25, 8),
  'developer-tools': story('developer-tools-many-people', 15, 10),
  'monitoring-hog': story('monitoring-hog-exporter', 10),
  'dead-clients': story('dead-clients-answers-not-taken', 45, 22),
  'half-open-clients': story('half-open-clients-starting', 10),
  'limit-too-low': story('limit-too-low-many-services', 15),
};
