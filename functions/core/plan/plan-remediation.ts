import type { Problem } from '../base/errors.ts';
import type { Policy } from '../policy/policy.ts';
import type { Programs } from '../server/programs.ts';
import { programsAsBefore, programsIn } from '../server/programs-in.ts';
import { groupKey, identityOf, type Session } from '../server/session.ts';
import { clientSessions, compareText, inScopes, type Pressure, type Scope } from '../server/slots.ts';
import type { Snapshot } from '../server/snapshot.ts';
import { isRefusal, type TriggerKind } from '../trigger/trigger.ts';
import { candidateOf, candidatesOf } from './candidates.ts';
import { type Quotas, quotasOf } from './keep.ts';
import type { LimitCut, Plan, Protection, Spared, Verdict, Victim } from './plan.ts';
import { capacityProblem, pressureNow, pressureOf } from './pressure.ts';
import { protectionsOf } from './protection.ts';
import { type ActiveRung, type ActiveRungs, activeRungs } from './rungs.ts';
import { selectForReaping, selectForRelief } from './select-victims.ts';
import { sparedReasons } from './spared-reasons.ts';

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
  const ineligible = sortOut(snapshot, policy, rungs, remainder);
  const eligible = snapshot.sessions.filter((session) => !ineligible.has(session));

  const wanted = problem === null ? choose(eligible, quotas, pressure, active) : [];
  const limits = limitCuts(wanted.length, clients.length, policy, remainder);
  const victims = wanted.slice(0, Math.min(wanted.length, ...limits.map(({ allowed }) => allowed)));
  const missing = unmetNeed(pressure, victims);
  const left = sparedReasons(eligible, { wanted, victims }, quotas, rungs, policy.limits.keepPerGroup);
  const spared = inPidOrder(
    [...ineligible, ...left].map(([session, protection]) => ({ session, ...protection })),
  );
  return {
    verdict: verdictOf(problem, pressure, victims, missing),
    pressure,
    victims,
    spared,
    limits,
    missing,
    problem,
  };
}

/** Chooses sessions for relief first, then reaps what is left. */
function choose(
  eligible: readonly Session[],
  quotas: Quotas,
  pressure: readonly Pressure[],
  { ladder, reap }: ActiveRungs,
): readonly Victim[] {
  const relieved = selectForRelief(candidatesOf(eligible, ladder), quotas, pressure, ladder);
  const taken = new Set(relieved.map(({ session }) => session));
  const rest = eligible.filter((session) => !taken.has(session));
  const reaped = selectForReaping(candidatesOf(rest, reap), quotas, reap);
  return [...relieved, ...reaped];
}

/** All sessions that the policy or a protection puts out of reach, each with its reason. */
function sortOut(
  snapshot: Snapshot,
  policy: Policy,
  rungs: readonly ActiveRung[],
  remainder: Remainder | undefined,
): ReadonlyMap<Session, Protection> {
  const protect = protectionsOf(snapshot, policy);
  const ineligible = new Map<Session, Protection>();
  for (const session of snapshot.sessions) {
    const admitted = candidateOf(session, rungs);
    const bar = protect(session) ?? ('reason' in admitted ? admitted : triedBefore(session, remainder));
    if (bar !== null) ineligible.set(session, bar);
  }
  return ineligible;
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
