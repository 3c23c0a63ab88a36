import type { Reduction, RunRecord } from '../run/record.ts';
import { type Ranking, rankGroups } from '../server/rank-groups.ts';
import type { Diagnosis } from './cause.ts';
import { diagnose } from './diagnosis.ts';

/**
 * A run with the facts that are computed from its record once, for the incident's memory, the message and the
 * page.
 */
export type Explained = {
  readonly record: RunRecord;
  /** The parts that are missing because the record was too large. */
  readonly reduced: readonly Reduction[];
  /**
   * Which programs held the slots. Null without a snapshot, and when the record had to leave the sessions
   * out.
   */
  readonly ranking: Ranking | null;
  /** Why it happened. Null when there is nothing to explain or to judge by. */
  readonly diagnosis: Diagnosis | null;
};

export function explain(record: RunRecord, reduced: readonly Reduction[]): Explained {
  return withDiagnosis(withoutDiagnosis(record, reduced));
}

/** A run whose cause is not known yet, or cannot be computed. */
export function withoutDiagnosis(record: RunRecord, reduced: readonly Reduction[]): Explained {
  const { snapshot } = record;
  const ranking = snapshot === null || lacksSessions(reduced) ? null : rankGroups(snapshot);
  return { record, reduced, ranking, diagnosis: null };
}

export function withDiagnosis(explained: Explained): Explained {
  const { record, reduced } = explained;
  const diagnosis = lacksSessions(reduced) || record.outcome === 'blind' ? null : diagnose(record);
  return { ...explained, diagnosis };
}

export function lacksSessions(reduced: readonly Reduction[]): boolean {
  return reduced.includes('spared sessions');
}
