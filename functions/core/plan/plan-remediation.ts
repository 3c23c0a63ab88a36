import type { Problem } from '../base/errors.ts';
import type { Policy } from '../policy/policy.ts';
import type { Programs } from '../server/programs.ts';
import { programsAsBefore, programsIn } from '../server/programs-in.ts';
import { groupKey, identityOf, type Session } from '../server/session.ts';
import { clientSessions, compareText, inScopes, type Pressure, type Scope } from '../server/slots.ts';
import type { Snapshot } from '../server/snapshot.ts';
import { isRefusal, type TriggerKind } from '../trigger/trigger.ts';
import { type Candidate, candidateOf } from './candidates.ts';
import { type Quotas, quotasOf } from './keep.ts';
import type { LimitCut, Plan, Protection, Spared, Verdict, Victim } from './plan.ts';
import { capacityProblem, pressureNow, pressureOf } from './pressure.ts';
import { protectionsOf } from './protection.ts';
import { type ActiveRung, type ActiveRungs, activeRungs } from './rungs.ts';
import { type Chosen, selectForReaping, selectForRelief } from './select-victims.ts';
import { sparedCandidates } from './spared-candidates.ts';

/**
 * What a later round of a run may still do: as many terminations as had no result before, for the same
 * scopes, and each session at most once.
 */
export type Remainder = {
  readonly atMost: number;
  readonly attempted: ReadonlySet<string>;
  /** The pressure in the first plan. */
  readonly pressure: readonly Pressure[];
  /** The programs of the first plan's snapshot. Without them the sessions are grouped anew. */
  readonly programs?: Programs;
};

/**
 * Decides which sessions end. The function is pure, total and deterministic: the sessions in any order give
 * the same plan. The mode does not matter, so that observing and enforcing runs plan alike.
 */
export function planRemediation(
  snapshot: Snapshot,
  policy: Policy,
  trigger: TriggerKind,
  remainder?: Remainder,
): Plan {
  const problem = capacityProblem(snapshot.slots, policy);
  const pressure = remainder
    ? pressureNow(remainder.pressure, snapshot, policy, true)
    : pressureOf(snapshot, policy, isRefusal(trigger));
  const clients = clientSessions(snapshot);
  const programs = remainder?.programs ? programsAsBefore(remainder.programs, clients) : programsIn(snapshot);
  const quotas = quotasOf(programs, policy.limits.keepPerGroup);
  const active = activeRungs(snapshot, policy, trigger);
  const rungs = [...active.ladder, ...active.reap];
  const { candidates, barred } = sortOut(snapshot, policy, quotas, rungs, remainder);

  const wanted = problem === null ? choose(candidates, quotas, pressure, active) : [];
  const limits = limitCuts(wanted.length, clients.length, policy, remainder);
  const victims = wanted
    .slice(0, Math.min(wanted.length, ...limits.map(({ allowed }) => allowed)))
    .map(({ session, reason }) => ({ session, reason: reason() }));
  const missing = unmetNeed(pressure, victims);
  const left = sparedCandidates(candidates, { wanted, victims }, policy.limits.keepPerGroup);
  return {
    verdict: verdictOf(problem, pressure, victims, missing),
    pressure,
    victims,
    spared: inPidOrder([...barred, ...left]),
    limits,
    missing,
    problem,
  };
}

/** Chooses sessions for relief first, then reaps what is left. */
function choose(
  candidates: readonly Candidate[],
  quotas: Quotas,
  pressure: readonly Pressure[],
  { ladder, reap }: ActiveRungs,
): readonly Chosen[] {
  const ofLadder = candidates.filter(({ rung }) => rung < ladder.length);
  const relieved = selectForRelief(ofLadder, quotas, pressure, ladder);
  if (reap.length === 0) return relieved;
  const taken = new Set(relieved.map(({ session }) => session));
  const ofReap = candidates
    .filter(({ session }) => !taken.has(session))
    .map(({ session, quota }) => candidateOf(session, quota, reap))
    .filter((found) => 'session' in found);
  return [...relieved, ...selectForReaping(ofReap, reap)];
}

type Sorted = {
  /** The sessions that a line of the policy admits. */
  readonly candidates: readonly Candidate[];
  /** The sessions that the policy or a protection puts out of reach. */
  readonly barred: readonly Spared[];
};

function sortOut(
  snapshot: Snapshot,
  policy: Policy,
  quotas: Quotas,
  rungs: readonly ActiveRung[],
  remainder: Remainder | undefined,
): Sorted {
  const protect = protectionsOf(snapshot, policy);
  const sort = (session: Session) => {
    const found = protect(session) ?? candidateOf(session, quotas.of(session), rungs);
    return 'reason' in found ? found : (triedBefore(session, remainder) ?? found);
  };
  const candidates: Candidate[] = [];
  const barred: Spared[] = [];
  for (const session of snapshot.sessions) {
    const found = sort(session);
    if ('session' in found) candidates.push(found);
    else barred.push({ session, reason: found.reason, detail: found.detail });
  }
  return { candidates, barred };
}

function triedBefore(session: Session, remainder: Remainder | undefined): Protection | null {
  if (!remainder?.attempted.has(identityOf(session))) return null;
  return { reason: 'limit', detail: 'tried already in this run' };
}

/**
 * The first plan kept to both limits, so that a later round is only bounded by what the first plan left over.
 */
function limitCuts(
  wanted: number,
  clients: number,
  { limits }: Policy,
  remainder: Remainder | undefined,
): readonly LimitCut[] {
  const allowances: readonly Omit<LimitCut, 'wanted'>[] = remainder
    ? [{ limit: 'firstPlan', allowed: remainder.atMost }]
    : [
        { limit: 'maxVictims', allowed: limits.maxVictims },
        { limit: 'maxPercent', allowed: Math.floor((limits.maxPercent * clients) / 100) },
      ];
  return allowances.filter(({ allowed }) => allowed < wanted).map((allowance) => ({ ...allowance, wanted }));
}

function unmetNeed(pressure: readonly Pressure[], victims: readonly Victim[]): number {
  const endedIn = inScopes(victims.map(({ session }) => session));
  const unmet = (kind: Scope['kind']) =>
    pressure
      .filter(({ scope, need }) => scope.kind === kind && need > 0)
      .map(({ scope, need }) => need - endedIn(scope))
      .reduce((sum, left) => sum + Math.max(0, left), 0);
  // A session has one role and one database, so it may serve one scope of each kind.
  return Math.max(unmet('role'), unmet('database'), unmet('server'));
}

function verdictOf(
  problem: Problem | null,
  pressure: readonly Pressure[],
  victims: readonly Victim[],
  missing: number,
): Verdict {
  if (problem !== null) return 'no-candidates';
  if (!pressure.some(({ under }) => under)) return 'healthy';
  if (missing === 0) return 'sufficient';
  return victims.length > 0 ? 'partial' : 'no-candidates';
}

function inPidOrder(spared: readonly Spared[]): readonly Spared[] {
  const keyOf = ({ session, detail }: Spared) =>
    `${session.backendStart} ${groupKey(session)} ${session.stateAgeMs} ${detail}`;
  // A file that a person wrote may lack pids. The difference of two infinities would be NaN.
  return spared.toSorted(
    (a, b) =>
      (a.session.pid ?? Number.MAX_SAFE_INTEGER) - (b.session.pid ?? Number.MAX_SAFE_INTEGER) ||
      (a.session.pid === null ? compareText(keyOf(a), keyOf(b)) : 0),
  );
}
