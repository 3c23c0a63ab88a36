import type { Plan } from '../plan/plan.ts';
import type { Snapshot } from '../server/snapshot.ts';
import { mentionsRefusal, type TriggerKind } from '../trigger/trigger.ts';
import { retakenSlots } from './newcomers.ts';
import type { Outcome } from './outcome.ts';
import type { Attempt, Reading } from './record.ts';
import { isFreed } from './verification.ts';

/** The first snapshot of a run, and the plan that it made from it. */
export type Planned = { readonly snapshot: Snapshot; readonly plan: Plan };

/** The outcome of a run that made a plan. `settled` is null when the last read failed. */
export function outcomeOf(
  { snapshot, plan }: Planned,
  trigger: TriggerKind,
  attempts: readonly Attempt[],
  settled: Reading | null,
): Outcome {
  if (plan.verdict === 'healthy' && plan.victims.length === 0)
    return mentionsRefusal(trigger) ? 'unexplained' : 'healthy';
  if (plan.victims.length === 0) return 'no-candidates';
  if (settled === null) return 'unverified';
  const freed = attempts.filter(isFreed).length;
  if (!settled.pressure.some(({ under }) => under)) {
    if (plan.verdict !== 'healthy') return 'recovered';
    return freed > 0 ? 'reaped' : 'healthy';
  }
  return freed > 0 && retakenSlots(snapshot, attempts, settled) * 2 >= freed ? 'refilled' : 'partial';
}

/** The outcome that an observing run expects of its plan. */
export function expectedOutcome(plan: Plan, trigger: TriggerKind): Outcome {
  switch (plan.verdict) {
    case 'healthy':
      if (plan.victims.length > 0) return 'reaped';
      return mentionsRefusal(trigger) ? 'unexplained' : 'healthy';
    case 'sufficient':
      return 'recovered';
    case 'partial':
      return 'partial';
    case 'no-candidates':
      return 'no-candidates';
    default: {
      const never: never = plan.verdict;
      return never;
    }
  }
}
