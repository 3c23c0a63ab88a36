import type { Policy, Rung } from '../policy/policy.ts';
import { type Group, groupOf, type Session } from '../server/session.ts';
import type { Pressure, Scope } from '../server/slots.ts';
import type { Candidate } from './candidates.ts';
import { type Demand, type Demands, demandsIn } from './demands.ts';
import { type ExcessKeeps, excessKeeps, type Quotas } from './keep.ts';
import { inLadderOrder, inRungOrder, splitTurns } from './rung-order.ts';

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
  let excess: ExcessKeeps | null = null;
  for (const demand of demands.all) {
    const inScope = candidatesIn(demand.scope);
    for (let rung = 0; rung < relieve.ladder.length && demand.left > 0; rung += 1) {
      const inRung = inScope.filter((candidate) => candidate.rung === rung);
      // In turns, so that a pooler's session goes last in its rung also where it serves most scopes.
      for (const turn of splitTurns(inRung)) drain(inRungOrder(turn, quotas), demand, choice);
    }
    if (demand.left <= 0) continue;
    excess ??= excessKeeps(candidates.filter(stays(choice)), quotas);
    release(inScope, demand, excess, choice);
  }
  return withoutSurplus(choice).map((candidate) =>
    toVictim(candidate, relieve.ladder, demands, choice.released.has(candidate)),
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

/** A session has one role, one database and one server. */
const MOST_SERVED = 3;

/**
 * Takes sessions for one demand out of one rung, those first that serve most. What a session serves only becomes less while
 * others are taken, so that one pass for each number finds the same as sorting anew after each demand that was met.
 */
function drain(ordered: readonly Candidate[], demand: Demand, choice: Choice): void {
  const { all, servedBy } = choice.demands;
  const serves = ({ session }: Candidate) => servedBy(session).filter(({ left }) => left > 0).length;
  for (let least = all.length > 1 ? MOST_SERVED : 1; least > 0; least -= 1) {
    for (const candidate of ordered) {
      if (demand.left <= 0) return;
      if (canTake(candidate, choice) && (least === 1 || serves(candidate) >= least)) take(candidate, choice);
    }
  }
}

function canTake(candidate: Candidate, { chosen, quotas }: Choice): boolean {
  return !chosen.has(candidate) && (quotas.of(candidate.session)?.remaining ?? 0) > 0;
}

function take(candidate: Candidate, { demands, quotas, chosen }: Choice): void {
  const quota = quotas.of(candidate.session);
  if (quota !== undefined) quota.remaining -= 1;
  chosen.add(candidate);
  for (const each of demands.servedBy(candidate.session)) each.left -= 1;
}

function stays({ chosen }: Choice): (candidate: Candidate) => boolean {
  return (candidate) => !chosen.has(candidate);
}

/** For a demand that the whole ladder leaves unmet: the keeps that a role has too many of. */
function release(inScope: readonly Candidate[], demand: Demand, excess: ExcessKeeps, choice: Choice): void {
  const { quotas, released } = choice;
  const staying = inScope.filter(stays(choice));
  const keptBy = Map.groupBy(staying, ({ session }) => quotas.of(session));
  for (const { quota, role } of excess.among([...keptBy.keys()])) {
    for (const candidate of inLadderOrder(keptBy.get(quota) ?? [], quotas)) {
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
    quota.remaining += 1;
    for (const demand of served) demand.left += 1;
  }
  return [...chosen].filter((candidate) => !needless.has(candidate));
}

function toVictim(
  { session, rung, ageMs }: Candidate,
  ladder: readonly Rung[],
  demands: Demands,
  isReleased: boolean,
): Victim {
  const group = groupOf(session);
  const minAgeMs = ladder[rung]?.minAgeMs ?? 0;
  const serves = demands.servedBy(session).map(({ scope }) => scope);
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
    if (quota === undefined || quota.remaining <= 0) return [];
    quota.remaining -= 1;
    const group = groupOf(session);
    return [
      {
        session,
        reason: { purpose: 'reap', rung: null, minAgeMs, ageMs, group, serves: [] },
      },
    ];
  });
}
