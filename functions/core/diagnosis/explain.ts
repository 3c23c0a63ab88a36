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
  const { snapshot, outcome } = record;
  const isReduced = reduced.includes('spared sessions');
  return {
    record,
    reduced,
    ranking: snapshot === null || isReduced ? null : rankGroups(snapshot),
    diagnosis: isReduced || outcome === 'blind' ? null : diagnose(record),
  };
}
