import type { Cause, Culprit, Diagnosis, OpeningRate } from '../../../functions/core/diagnosis/cause.ts';
import type { RunRecord } from '../../../functions/core/run/record.ts';
import { type GroupUsage, rankGroups } from '../../../functions/core/server/rank-groups.ts';
import type { ServerFacts, Slots, Snapshot } from '../../../functions/core/server/snapshot.ts';
import type { Trigger } from '../../../functions/core/trigger/trigger.ts';
import { aPolicy, HOUR, MINUTE, SECOND } from '../../support/builders.ts';
import { ENFORCE, runOf, type SessionsOf, sessionsOf, snapshotOf } from '../../support/records.ts';

/** Incidents as a diagnosis tells them, one for each cause, on a server of 57 usable slots. */
export type AdviceCase = { readonly record: RunRecord; readonly diagnosis: Diagnosis };

type Written = {
  readonly groups: readonly SessionsOf[];
  readonly cause: Cause;
  /** By application; the first group is one where nothing is written. */
  readonly culprits?: Readonly<Record<string, Cause>>;
  readonly opening?: OpeningRate;
  readonly server?: Partial<ServerFacts>;
  readonly slots?: Partial<Slots>;
  readonly trigger?: Trigger;
  readonly mode?: 'observe' | 'enforce';
  readonly poolers?: readonly string[];
  readonly change?: (snapshot: Snapshot) => Snapshot;
};

export function anAdviceCase({
  groups,
  cause,
  opening,
  change = (same) => same,
  ...more
}: Written): AdviceCase {
  const made = snapshotOf(sessionsOf(groups), more.slots);
  const snapshot = change({ ...made, server: { ...made.server, ...more.server } });
  const policy = aPolicy({
    mode: more.mode ?? 'enforce',
    ...(more.poolers && { protect: { poolers: more.poolers } }),
  });
  const record = runOf({
    snapshot,
    policy: more.mode || more.poolers ? policy : ENFORCE,
    ...(more.trigger && { trigger: more.trigger }),
  });
  const causes = more.culprits ?? { [groups[0]?.application ?? '']: cause };
  const culprits = rankGroups(snapshot).groups.flatMap((usage): readonly Culprit[] => {
    const own = causes[usage.group.application];
    return own === undefined ? [] : [aCulprit(usage, own, opening ?? null)];
  });
  return { record, diagnosis: { cause, confidence: 'high', evidence: [], culprits } };
}

function aCulprit(usage: GroupUsage, cause: Cause, opening: OpeningRate | null): Culprit {
  return {
    usage,
    cause,
    confidence: 'high',
    evidence: [],
    opening: cause === 'connection-leak' ? opening : null,
  };
}

export const PODS = ['10.0.3.17', '10.0.3.18', '10.0.4.2'];
export const LEAK: SessionsOf = {
  count: 41,
  application: 'billing-worker',
  user: 'billing',
  fromAgeMs: 2 * HOUR + 11 * MINUTE,
  toAgeMs: 40 * SECOND,
  addresses: PODS,
};
export const SHOP: SessionsOf = {
  count: 16,
  application: 'storefront',
  user: 'shop',
  fromAgeMs: 4 * SECOND,
  addresses: ['10.0.5.9', '10.0.5.10'],
};
