import type { Problem } from '../../core/base/errors.ts';
import type { LimitCut, Plan, SparedReason, Verdict, VictimReason } from '../../core/plan/plan.ts';
import { policyKeyOf } from '../../core/plan/policy-key.ts';
import type { Pressure } from '../../core/server/slots.ts';

/** A plan for programs. It names sessions by pid. Ages are in milliseconds. */
export type PlanDocument = {
  readonly verdict: Verdict;
  readonly pressure: readonly Pressure[];
  /** In the order in which they would end. */
  readonly victims: readonly { readonly pid: number | null; readonly reasons: VictimReason }[];
  readonly spared: readonly {
    readonly pid: number | null;
    readonly reason: SparedReason;
    readonly detail: string;
    /** The key of the policy that keeps it, or null where none does. */
    readonly key: string | null;
  }[];
  readonly limits: readonly LimitCut[];
  readonly missing: number;
  readonly problem: Problem | null;
  /** Patterns of the policy that match nothing on this server. Absent when there are none. */
  readonly notes?: readonly string[];
};

export function planDocument(plan: Plan, notes: readonly string[] = []): PlanDocument {
  const { verdict, pressure, victims, spared, limits, missing, problem } = plan;
  return {
    verdict,
    pressure,
    victims: victims.map(({ session, reason }) => ({ pid: session.pid, reasons: reason })),
    spared: spared.map(({ session, reason, detail }) => ({
      pid: session.pid,
      reason,
      detail,
      key: policyKeyOf({ reason, detail }),
    })),
    limits,
    missing,
    problem,
    ...(notes.length > 0 && { notes }),
  };
}
