import { type Candidate, compareCandidates, type GroupQuota, type GroupQuotas } from './candidates.ts';
import type { Policy, Rung } from './policy.ts';
import { type Group, groupOf, type Session } from './session.ts';
import { compareText, countsFor, type Pressure, type Scope } from './slots.ts';

/** Why a session was chosen. `rung` counts from 1; it is null for `reap`, which has none. */
export type VictimReason = {
  readonly purpose: 'relieve' | 'reap';
  readonly rung: number | null;
  readonly minAgeMs: number;
  readonly ageMs: number;
  readonly group: Group;
  /** The scopes in need that its slot serves. */
  readonly serves: readonly Scope[];
};

export type Victim = { readonly session: Session; readonly reason: VictimReason };

/** What stands in one rung of one group, longest idle first. */
type Bucket = {
  readonly group: GroupQuota;
  readonly candidates: readonly Candidate[];
  next: number;
};

/** A scope in need, and how many of its sessions have still to go; below zero when others' picks gave it more. */
type Demand = { readonly scope: Scope; left: number };

function compareGroups(a: Group, b: Group): number {
  return (
    compareText(a.application, b.application) ||
    compareText(a.user, b.user) ||
    compareText(a.database, b.database)
  );
}

function bucketsByRung(
  candidates: readonly Candidate[],
  quotas: GroupQuotas,
  rungs: number,
): readonly Bucket[][] {
  const byRung = Array.from({ length: rungs }, () => new Map<GroupQuota, Candidate[]>());
  for (const candidate of candidates) {
    const quota = quotas.get(candidate.session);
    const inRung = byRung[candidate.rung];
    if (quota === undefined || inRung === undefined) continue;
    const inGroup = inRung.get(quota);
    if (inGroup) inGroup.push(candidate);
    else inRung.set(quota, [candidate]);
  }
  return byRung.map((inRung) =>
    [...inRung].map(([group, inGroup]) => ({ group, candidates: inGroup.sort(compareCandidates), next: 0 })),
  );
}

/**
 * Chooses sessions until every need is met, as far as the ladder and the groups' keep allow; none of them is needless.
 * Scope by scope, within a scope rung by rung, within a rung the group that serves most scopes, then the largest.
 */
export function selectForRelief(
  candidates: readonly Candidate[],
  quotas: GroupQuotas,
  pressure: readonly Pressure[],
  { relieve }: Policy,
): readonly Victim[] {
  const demands = pressure.filter(({ need }) => need > 0).map(({ scope, need }) => ({ scope, left: need }));
  const rungs = bucketsByRung(candidates, quotas, relieve.ladder.length);
  const chosen: Candidate[] = [];
  for (const demand of demands) {
    for (const buckets of rungs) {
      if (demand.left <= 0) break;
      drain(
        buckets.filter(({ group }) => countsFor(demand.scope, group.group)),
        demand,
        demands,
        chosen,
      );
    }
  }
  const scopes = demands.map(({ scope }) => scope);
  return withoutSurplus(chosen, demands, quotas).map((candidate) =>
    toVictim(candidate, relieve.ladder, scopes),
  );
}

/** Takes sessions for one demand out of one rung; sorts anew only when a demand was met, for that changes who serves most. */
function drain(
  buckets: readonly Bucket[],
  demand: Demand,
  demands: readonly Demand[],
  chosen: Candidate[],
): void {
  while (demand.left > 0) {
    const ordered = inOrder(buckets.filter(hasMore), demands);
    if (ordered.length === 0 || takeUntilMet(ordered, demand, demands, chosen)) return;
  }
}

function hasMore({ group, candidates, next }: Bucket): boolean {
  return group.mayGo > 0 && next < candidates.length;
}

function inOrder(buckets: readonly Bucket[], demands: readonly Demand[]): readonly Bucket[] {
  const open = demands.filter(({ left }) => left > 0);
  const servedBy = (bucket: Bucket) =>
    open.filter(({ scope }) => countsFor(scope, bucket.group.group)).length;
  return buckets
    .map((bucket) => ({ bucket, served: servedBy(bucket) }))
    .sort(
      (a, b) =>
        b.served - a.served ||
        b.bucket.candidates.length - a.bucket.candidates.length ||
        compareGroups(a.bucket.group.group, b.bucket.group.group),
    )
    .map(({ bucket }) => bucket);
}

/** True when the buckets are exhausted, false when some demand was met on the way. */
function takeUntilMet(
  buckets: readonly Bucket[],
  demand: Demand,
  demands: readonly Demand[],
  chosen: Candidate[],
): boolean {
  for (const bucket of buckets) {
    const served = demands.filter(({ scope }) => countsFor(scope, bucket.group.group));
    while (hasMore(bucket)) {
      const candidate = bucket.candidates[bucket.next];
      if (candidate === undefined) break;
      chosen.push(candidate);
      bucket.next += 1;
      bucket.group.mayGo -= 1;
      for (const other of served) other.left -= 1;
      if (demand.left <= 0 || served.some(({ left }) => left === 0)) return false;
    }
  }
  return true;
}

/** Later picks may have made an earlier one needless: whoever serves only scopes that got more than they need stays. */
function withoutSurplus(
  chosen: readonly Candidate[],
  demands: readonly Demand[],
  quotas: GroupQuotas,
): readonly Candidate[] {
  if (!demands.some(({ left }) => left < 0)) return chosen;
  const needless = new Set<Candidate>();
  for (const candidate of chosen.toReversed()) {
    const quota = quotas.get(candidate.session);
    const served = demands.filter(({ scope }) => countsFor(scope, groupOf(candidate.session)));
    if (quota === undefined || !served.every(({ left }) => left < 0)) continue;
    needless.add(candidate);
    quota.mayGo += 1;
    for (const demand of served) demand.left += 1;
  }
  return chosen.filter((candidate) => !needless.has(candidate));
}

function toVictim(
  { session, rung, ageMs }: Candidate,
  ladder: readonly Rung[],
  scopes: readonly Scope[],
): Victim {
  const group = groupOf(session);
  const minAgeMs = ladder[rung]?.minAgeMs ?? 0;
  const served = scopes.filter((scope) => countsFor(scope, group));
  return { session, reason: { purpose: 'relieve', rung: rung + 1, minAgeMs, ageMs, group, serves: served } };
}

/** All idle sessions old enough, the largest group first, as far as each group's keep allows. */
export function selectForReaping(
  candidates: readonly Candidate[],
  quotas: GroupQuotas,
  minAgeMs: number,
): readonly Victim[] {
  const buckets = bucketsByRung(candidates, quotas, 1).flat();
  return inOrder(buckets, []).flatMap((bucket) => {
    const taken = bucket.candidates.slice(0, Math.max(0, bucket.group.mayGo));
    bucket.group.mayGo -= taken.length;
    return taken.map(({ session, ageMs }) => {
      const { group } = bucket.group;
      return {
        session,
        reason: { purpose: 'reap' as const, rung: null, minAgeMs, ageMs, group, serves: [] },
      };
    });
  });
}
