import type { Candidate } from './candidates.ts';
import { type Demand, type Demands, demandsIn } from './demands.ts';
import { excessKeeps, type Quotas } from './keep.ts';
import type { Policy, Rung } from './policy.ts';
import { inRungOrder, inRungs, inTurns } from './rung-order.ts';
import { type Group, groupOf, type Session } from './session.ts';
import { countsFor, type Pressure, type Scope } from './slots.ts';

/** Why a session was chosen. `rung` counts from 1; it is null for `reap`, which has none. */
export type VictimReason = {
  readonly purpose: 'relieve' | 'reap';
  readonly rung: number | null;
  readonly minAgeMs: number;
  readonly ageMs: number;
  readonly group: Group;
  /** The scopes in need that its slot serves. */
  readonly serves: readonly Scope[];
  /** True for its program's keep, where the programs of its role kept more than they may while slots were missing. */
  readonly released?: true | undefined;
};

export type Victim = { readonly session: Session; readonly reason: VictimReason };

/** What has been chosen so far, in order. */
type Choice = {
  readonly demands: Demands;
  readonly quotas: Quotas;
  readonly chosen: Set<Candidate>;
  /** Those of them that were their program's keep. */
  readonly released: Set<Candidate>;
};

/**
 * Chooses sessions until every need is met, as far as the ladder and the programs' keep allow; none of them is needless.
 * Scope by scope, within a scope rung by rung, within a rung poolers known by name last, those first that serve most scopes, then as `inRungOrder` has them. Where
 * slots are still missing at the end of the ladder, a role's programs give up what they keep beyond what they may.
 */
export function selectForRelief(
  candidates: readonly Candidate[],
  quotas: Quotas,
  pressure: readonly Pressure[],
  { relieve }: Policy,
): readonly Victim[] {
  const demands = demandsIn(pressure);
  const choice: Choice = { demands, quotas, chosen: new Set(), released: new Set() };
  const candidatesIn = byScope(candidates);
  for (const demand of demands.all) {
    const inScope = candidatesIn(demand.scope);
    for (let rung = 0; rung < relieve.ladder.length && demand.left > 0; rung += 1) {
      const inRung = inScope.filter((candidate) => candidate.rung === rung);
      // In turns, so that a pooler's session goes last in its rung also where it serves most scopes.
      for (const turn of inTurns(inRung)) drain(inRungOrder(turn, quotas), demand, choice);
    }
    if (demand.left > 0) release(inScope, candidates, demand, choice);
  }
  const scopes = demands.all.map(({ scope }) => scope);
  return withoutSurplus(choice).map((candidate) =>
    toVictim(candidate, relieve.ladder, scopes, choice.released.has(candidate)),
  );
}

function byScope(candidates: readonly Candidate[]): (scope: Scope) => readonly Candidate[] {
  const roles = Map.groupBy(candidates, ({ session }) => session.user ?? '');
  const databases = Map.groupBy(candidates, ({ session }) => session.database ?? '');
  return (scope) => {
    if (scope.kind === 'server') return candidates;
    return (scope.kind === 'role' ? roles : databases).get(scope.name) ?? [];
  };
}

/** Takes sessions for one demand out of one rung; sorts anew only when a demand was met, for that changes who serves most. */
function drain(ordered: readonly Candidate[], demand: Demand, choice: Choice): void {
  let left = ordered;
  while (demand.left > 0) {
    left = left.filter((candidate) => mayGo(candidate, choice));
    if (left.length === 0 || takeUntilMet(mostServingFirst(left, choice.demands), demand, choice)) return;
  }
}

function mayGo(candidate: Candidate, { chosen, quotas }: Choice): boolean {
  return !chosen.has(candidate) && (quotas.of(candidate.session)?.mayGo ?? 0) > 0;
}

function mostServingFirst(ordered: readonly Candidate[], { all, servedBy }: Demands): readonly Candidate[] {
  if (all.filter(({ left }) => left > 0).length < 2) return ordered;
  const serving = (candidate: Candidate) => servedBy(candidate.session).filter(({ left }) => left > 0).length;
  return [...Map.groupBy(ordered, serving)].sort(([a], [b]) => b - a).flatMap(([, those]) => those);
}

/** True when the candidates are exhausted, false when some demand was met on the way. */
function takeUntilMet(candidates: readonly Candidate[], demand: Demand, choice: Choice): boolean {
  for (const candidate of candidates) {
    if (!mayGo(candidate, choice)) continue;
    const served = take(candidate, choice);
    if (demand.left <= 0 || served.some(({ left }) => left === 0)) return false;
  }
  return true;
}

function take(candidate: Candidate, { demands, quotas, chosen }: Choice): readonly Demand[] {
  const quota = quotas.of(candidate.session);
  if (quota !== undefined) quota.mayGo -= 1;
  chosen.add(candidate);
  const served = demands.servedBy(candidate.session);
  for (const each of served) each.left -= 1;
  return served;
}

/** For a demand that the whole ladder leaves unmet: the keeps that a role has too many of. */
function release(
  inScope: readonly Candidate[],
  candidates: readonly Candidate[],
  demand: Demand,
  choice: Choice,
): void {
  const { quotas, chosen, released } = choice;
  const stays = (candidate: Candidate) => !chosen.has(candidate);
  const excess = excessKeeps(candidates.filter(stays), quotas);
  if (excess.length === 0) return;
  const keptBy = Map.groupBy(inScope.filter(stays), ({ session }) => quotas.of(session));
  for (const { quota, role } of excess) {
    for (const candidate of inRungs(keptBy.get(quota) ?? [], quotas)) {
      if (demand.left <= 0) return;
      if (role.excess <= 0) break;
      take(candidate, choice);
      released.add(candidate);
      role.excess -= 1;
    }
  }
}

/** Later picks may have made an earlier one needless: one that serves only scopes which got more than they need stays. */
function withoutSurplus({ demands, quotas, chosen }: Choice): readonly Candidate[] {
  if (!demands.all.some(({ left }) => left < 0)) return [...chosen];
  const needless = new Set<Candidate>();
  for (const candidate of [...chosen].toReversed()) {
    const quota = quotas.of(candidate.session);
    const served = demands.servedBy(candidate.session);
    if (quota === undefined || !served.every(({ left }) => left < 0)) continue;
    needless.add(candidate);
    quota.mayGo += 1;
    for (const demand of served) demand.left += 1;
  }
  return [...chosen].filter((candidate) => !needless.has(candidate));
}

function toVictim(
  { session, rung, ageMs }: Candidate,
  ladder: readonly Rung[],
  scopes: readonly Scope[],
  isReleased: boolean,
): Victim {
  const group = groupOf(session);
  const minAgeMs = ladder[rung]?.minAgeMs ?? 0;
  const serves = scopes.filter((scope) => countsFor(scope, group));
  const reason = { purpose: 'relieve', rung: rung + 1, minAgeMs, ageMs, group, serves } as const;
  return { session, reason: isReleased ? { ...reason, released: true } : reason };
}

/** All idle sessions old enough, the largest program first, as far as each program's keep allows. */
export function selectForReaping(
  candidates: readonly Candidate[],
  quotas: Quotas,
  minAgeMs: number,
): readonly Victim[] {
  return inRungOrder(candidates, quotas).flatMap(({ session, ageMs }): readonly Victim[] => {
    const quota = quotas.of(session);
    if (quota === undefined || quota.mayGo <= 0) return [];
    quota.mayGo -= 1;
    const group = groupOf(session);
    return [
      {
        session,
        reason: { purpose: 'reap', rung: null, minAgeMs, ageMs, group, serves: [] },
      },
    ];
  });
}
