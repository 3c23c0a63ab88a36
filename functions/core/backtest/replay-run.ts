import type { Plan, Victim } from '../plan/plan.ts';
import { planRemediation } from '../plan/plan-remediation.ts';
import { PLANNER_VERSION } from '../plan/planner-version.ts';
import type { Policy } from '../policy/policy.ts';
import type { KeptRecord } from '../run/kept-record.ts';
import { programNames } from '../server/programs-in.ts';
import { type Group, identityOf } from '../server/session.ts';

/** A session, and the program that it belongs to. */
export type ReplayedSession = {
  /** Server, pid and start: the same session in all runs that saw it. */
  readonly id: string;
  readonly pid: number | null;
  readonly program: Group;
};

/** What one policy does in one run. */
export type ReplayedPlan = {
  readonly verdict: Plan['verdict'];
  readonly victims: readonly ReplayedSession[];
  readonly missing: number;
  /** Why the policy does not fit this server. Null if it does. */
  readonly problem: string | null;
};

/** A run, replayed alone. */
export type ReplayedRun = {
  readonly server: string;
  readonly runId: string;
  readonly startedAt: string;
  readonly outcome: KeptRecord['outcome'];
  readonly mode: KeptRecord['mode'];
  /** Sessions that the run really ended. */
  readonly ended: number;
  /** What was planned, or what the policy of `--against` plans. */
  readonly before: ReplayedPlan;
  readonly after: ReplayedPlan;
  /** Sessions of one of the two plans only. */
  readonly more: readonly ReplayedSession[];
  readonly fewer: readonly ReplayedSession[];
  /** Whether its own policy plans today what was planned then. Null for a run of another version of the planner. */
  readonly isFaithful: boolean | null;
  /** Whether its own policy plans something else today than it did then. */
  readonly isOtherCode: boolean;
};

/** Why a run cannot be replayed. */
export type NotReplayed = { readonly reason: 'reduced' | 'no snapshot' | 'no plan' };

/** Plans a kept run again with another policy. What would have followed from another decision is not known. */
export function replayRun(
  record: KeptRecord,
  policy: Policy,
  against: Policy | null,
): ReplayedRun | NotReplayed {
  const { snapshot, plan, reduced, server, runId, startedAt, outcome, mode, attempts } = record;
  if (snapshot === null) return { reason: 'no snapshot' };
  if (reduced.length > 0) return { reason: 'reduced' };
  if (plan === null) return { reason: 'no plan' };
  const kind = record.trigger.kind;
  const own = planRemediation(snapshot, record.policy, kind);
  const isSame = samePlan(own, plan);
  const nameOf = programNames(snapshot);
  const shown = (each: Plan, of: Policy | null) => shownPlan(each, of, server, nameOf);
  const before =
    against === null ? shown(plan, record.policy) : shown(planRemediation(snapshot, against, kind), against);
  const after = shown(planRemediation(snapshot, policy, kind), policy);
  return {
    ...{ server, runId, startedAt, outcome, mode },
    ended: attempts.filter(({ result }) => result === 'terminated').length,
    before,
    after,
    more: without(after.victims, before.victims),
    fewer: without(before.victims, after.victims),
    isFaithful: record.planner === PLANNER_VERSION ? isSame : null,
    isOtherCode: !isSame,
  };
}

/** Whether two plans end the same sessions in the same order, with the same verdict. */
function samePlan(one: Plan, other: Plan): boolean {
  const factsOf = ({ verdict, missing, victims }: Plan) =>
    JSON.stringify([verdict, missing, victims.map(({ session }) => identityOf(session))]);
  return factsOf(one) === factsOf(other);
}

function shownPlan(
  { verdict, victims, missing, problem }: Plan,
  policy: Policy | null,
  server: string,
  nameOf: ReturnType<typeof programNames>,
): ReplayedPlan {
  const shown = ({ session }: Victim): ReplayedSession => ({
    id: `${server} ${identityOf(session)}`,
    pid: session.pid,
    program: nameOf(session),
  });
  return {
    verdict,
    // A policy that is off does nothing at all.
    victims: policy?.mode === 'off' ? [] : victims.map(shown),
    missing,
    problem: problem?.message ?? null,
  };
}

function without(those: readonly ReplayedSession[], others: readonly ReplayedSession[]) {
  const known = new Set(others.map(({ id }) => id));
  return those.filter(({ id }) => !known.has(id));
}
