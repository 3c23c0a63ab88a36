import type { Reduction, RunRecord } from '../run/record.ts';
import { type Ranking, rankGroups } from '../server/rank-groups.ts';
import type { Diagnosis } from './cause.ts';
import { diagnose } from './diagnosis.ts';

/** A run with what was worked out from its record once, for the incident's memory, the message and the page. */
export type Explained = {
  readonly record: RunRecord;
  /** What is missing from the record because it was too large. */
  readonly reduced: readonly Reduction[];
  /** Who held the slots; null without a snapshot, and when the record had to leave the sessions out. */
  readonly ranking: Ranking | null;
  /** Why it came to this; null where there is nothing to explain, or nothing to judge by. */
  readonly diagnosis: Diagnosis | null;
};

export function explain(record: RunRecord, reduced: readonly Reduction[]): Explained {
  return withDiagnosis(withoutDiagnosis(record, reduced));
}

/** A run whose cause is not known yet, or cannot be worked out. */
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

function lacksSessions(reduced: readonly Reduction[]): boolean {
  return reduced.includes('spared sessions');
}
