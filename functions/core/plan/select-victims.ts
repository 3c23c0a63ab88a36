import { groupOf, type Session } from '../server/session.ts';
import type { Pressure, Scope } from '../server/slots.ts';
import type { Candidate } from './candidates.ts';
import { type Demand, type Demands, demandsIn } from './demands.ts';
import { type ExcessKeeps, excessKeeps } from './excess-keeps.ts';
import type { Quotas } from './keep.ts';
import type { VictimReason } from './plan.ts';
import { inLadderOrder, inRungOrder, splitTurns } from './rung-order.ts';
import type { ActiveRung } from './rungs.ts';

/** A session that is to end. A limit may cut it off, so its reason is made only when it is asked for. */
export type Chosen = { readonly session: Session; readonly reason: () => VictimReason };

/** What has been chosen so far, in order. */
type Choice = {
  readonly demands: Demands;
  readonly chosen: Set<Candidate>;
  /** The chosen sessions that were part of a keep. */
  readonly released: Set<Candidate>;
};

/**
 * Chooses sessions until every need is met, as far as the ladder and the keeps of programs allow, and chooses
 * no session without need. It goes scope by scope, and in a scope rung by rung. In a rung poolers known by
 * name come last, and sessions that serve most scopes first, then the order of `inRungOrder`. When slots are
 * still missing at the end of the ladder, the programs of a role give up what they keep beyond their share.
 */
export function selectForRelief(
  candidates: readonly Candidate[],
  quotas: Quotas,
  pressure: readonly Pressure[],
  ladder: readonly ActiveRung[],
): readonly Chosen[] {
  const demands = demandsIn(pressure);
  const choice: Choice = { demands, chosen: new Set(), released: new Set() };
  const candidatesIn = byScope(candidates);
  let excess: ExcessKeeps | null = null;
  for (const demand of demands.all) {
    const inScope = candidatesIn(demand.scope);
    for (let rung = 0; rung < ladder.length && demand.left > 0; rung += 1) {
      const inRung = inScope.filter((candidate) => candidate.rung === rung);
      // Two turns, so that a pooler's session goes last in its rung even when it serves most scopes.
      for (const turn of splitTurns(inRung)) drain(inRungOrder(turn), demand, choice);
    }
    if (demand.left <= 0) continue;
    excess ??= excessKeeps(candidates.filter(stays(choice)), quotas);
    release(inScope, demand, excess, choice);
  }
  return withoutSurplus(choice).map((candidate) => ({
    session: candidate.session,
    reason: () => reliefBy(candidate, ladder, demands, choice.released.has(candidate)),
  }));
}

function byScope(candidates: readonly Candidate[]): (scope: Scope) => readonly Candidate[] {
  let ofRole: ReadonlyMap<string, readonly Candidate[]> | null = null;
  let ofDatabase: ReadonlyMap<string, readonly Candidate[]> | null = null;
  return (scope) => {
    if (scope.kind === 'server') return candidates;
    ofRole ??= Map.groupBy(candidates, ({ session }) => session.user ?? '');
    ofDatabase ??= Map.groupBy(candidates, ({ session }) => session.database ?? '');
    return (scope.kind === 'role' ? ofRole : ofDatabase).get(scope.name) ?? [];
  };
}

/** One for the session's role, one for its database and one for the server. */
const MOST_SERVED = 3;

/**
 * Takes sessions for one demand out of one rung, those that serve most scopes first. The number of scopes
 * that a session serves can only fall while others are taken. One pass for each number therefore finds the
 * same sessions as sorting again after each demand that is met.
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

function canTake(candidate: Candidate, { chosen }: Choice): boolean {
  return candidate.quota.remaining > 0 && !chosen.has(candidate);
}

function take(candidate: Candidate, { demands, chosen }: Choice): void {
  candidate.quota.remaining -= 1;
  chosen.add(candidate);
  for (const each of demands.servedBy(candidate.session)) each.left -= 1;
}

function stays({ chosen }: Choice): (candidate: Candidate) => boolean {
  return (candidate) => !chosen.has(candidate);
}

/** For a demand that the whole ladder leaves unmet: takes keeps beyond the share of their role. */
function release(inScope: readonly Candidate[], demand: Demand, excess: ExcessKeeps, choice: Choice): void {
  const { released } = choice;
  const staying = inScope.filter(stays(choice));
  const keptBy = Map.groupBy(staying, ({ quota }) => quota);
  for (const quota of excess.among(keptBy.keys())) {
    for (const candidate of inLadderOrder(keptBy.get(quota) ?? [])) {
      if (demand.left <= 0) return;
      const role = excess.ofRole(candidate);
      if (role.excess <= 0) continue;
      take(candidate, choice);
      released.add(candidate);
      role.excess -= 1;
    }
  }
}

/**
 * Later choices may have made an earlier one needless. A session that serves only scopes which got more than
 * they need is taken out again.
 */
function withoutSurplus({ demands, chosen }: Choice): readonly Candidate[] {
  if (!demands.all.some(({ left }) => left < 0)) return [...chosen];
  const needless = new Set<Candidate>();
  for (const candidate of [...chosen].toReversed()) {
    const served = demands.servedBy(candidate.session);
    if (!served.every(({ left }) => left < 0)) continue;
    needless.add(candidate);
    candidate.quota.remaining += 1;
    for (const demand of served) demand.left += 1;
  }
  return [...chosen].filter((candidate) => !needless.has(candidate));
}

function reliefBy(
  { session, rung, ageMs }: Candidate,
  ladder: readonly ActiveRung[],
  demands: Demands,
  isReleased: boolean,
): VictimReason {
  const group = groupOf(session);
  const minAgeMs = ladder[rung]?.minAgeMs ?? 0;
  const serves = demands.servedBy(session).map(({ scope }) => scope);
  const reason = { purpose: 'relieve', rung: rung + 1, minAgeMs, ageMs, group, serves } as const;
  return isReleased ? { ...reason, released: true } : reason;
}

/**
 * All sessions that a rule of `reap` takes, the largest program first, as far as the keep of each program allows.
 */
export function selectForReaping(
  candidates: readonly Candidate[],
  rules: readonly ActiveRung[],
): readonly Chosen[] {
  return inRungOrder(candidates).flatMap(({ session, quota, rung, ageMs }) => {
    if (quota.remaining <= 0) return [];
    quota.remaining -= 1;
    const group = groupOf(session);
    const minAgeMs = rules[rung]?.minAgeMs ?? 0;
    const reason = { purpose: 'reap', rung: null, minAgeMs, ageMs, group, serves: [] } as const;
    return [{ session, reason: () => reason }];
  });
}
