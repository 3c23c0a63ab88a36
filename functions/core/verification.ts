import type { Outcome } from './outcome.ts';
import type { Plan } from './plan.ts';
import type { Reading } from './record.ts';
import { groupKey, identityOf } from './session.ts';
import { type Pressure, slotHolders } from './slots.ts';
import type { Snapshot } from './snapshot.ts';
import type { TriggerKind } from './trigger.ts';

/** What the guarded statement said about one victim. `signalled` is not yet `terminated`. */
export type GuardResult = 'signalled' | 'no-match' | 'forbidden' | 'failed' | 'unknown';

/**
 * What came of one attempt, by the verification read.
 * - `terminated`: signalled, and its identity is gone.
 * - `changed`: the guard found it busy again; it lives.
 * - `gone`: it had left by itself.
 * - `still-there`: signalled, but not gone within the bound.
 * - `forbidden`: the server refused (42501).
 * - `failed`: another error of the statement.
 * - `unknown`: the connection broke before the answer.
 */
export type AttemptResult =
  | 'terminated'
  | 'changed'
  | 'gone'
  | 'still-there'
  | 'forbidden'
  | 'failed'
  | 'unknown';

export type Attempt = {
  readonly pid: number;
  readonly backendStart: string | null;
  readonly round: number;
  readonly guard: GuardResult;
  readonly result: AttemptResult;
};

/** A guard's word and the verification read together. Without a read (`alive` is null) nothing is claimed. */
export function attemptResult(
  guard: GuardResult,
  identity: string,
  alive: ReadonlySet<string> | null,
): AttemptResult {
  if (guard === 'forbidden' || guard === 'failed' || guard === 'unknown') return guard;
  if (alive === null) return 'unknown';
  if (guard === 'signalled') return alive.has(identity) ? 'still-there' : 'terminated';
  return alive.has(identity) ? 'changed' : 'gone';
}

/** Attempts whose slot did not come free and whom another session may stand in for. */
export function cameToNothing(attempts: readonly Attempt[]): number {
  return attempts.filter(
    ({ result }) => result === 'changed' || result === 'forbidden' || result === 'failed',
  ).length;
}

/** A later read against the first snapshot. */
export function readingOf(
  phase: Reading['phase'],
  atMs: number,
  first: Snapshot,
  later: Snapshot,
  pressure: readonly Pressure[],
): Reading {
  const before = new Set(first.sessions.map(identityOf));
  const now = new Set(later.sessions.map(identityOf));
  const came = slotHolders(later).filter((session) => !before.has(identityOf(session)));
  const gone = first.sessions.filter((session) => !now.has(identityOf(session))).length;
  return { phase, atMs, pressure, came, gone };
}

/** How many of the freed slots went to newcomers of the groups that had lost them. */
export function retakenBy(plan: Plan, attempts: readonly Attempt[], settled: Reading): number {
  const terminated = new Set(attempts.filter(({ result }) => result === 'terminated').map(identityOf));
  const lost = new Map<string, number>();
  // Those whom a later round took in a victim's place were spared by the first plan.
  for (const { session } of [...plan.victims, ...plan.spared]) {
    if (!terminated.has(identityOf(session))) continue;
    lost.set(groupKey(session), (lost.get(groupKey(session)) ?? 0) + 1);
  }
  const came = new Map<string, number>();
  for (const session of settled.came) came.set(groupKey(session), (came.get(groupKey(session)) ?? 0) + 1);
  return [...lost].reduce((sum, [key, count]) => sum + Math.min(count, came.get(key) ?? 0), 0);
}

/** The outcome of a run that planned; `settled` is null when the last read failed. */
export function outcomeOf(
  plan: Plan,
  trigger: TriggerKind,
  attempts: readonly Attempt[],
  settled: Reading | null,
): Outcome {
  if (plan.verdict === 'healthy' && plan.victims.length === 0)
    return trigger === 'alarm' ? 'unexplained' : 'healthy';
  if (plan.victims.length === 0) return 'no-candidates';
  if (settled === null) return 'unverified';
  const freed = attempts.filter(({ result }) => result === 'terminated').length;
  if (!settled.pressure.some(({ under }) => under)) {
    if (plan.verdict !== 'healthy') return 'recovered';
    return freed > 0 ? 'reaped' : 'healthy';
  }
  return freed > 0 && retakenBy(plan, attempts, settled) * 2 >= freed ? 'refilled' : 'partial';
}

/** What an observing run expects to come of its plan. */
export function expectedOutcome(plan: Plan, trigger: TriggerKind): Outcome {
  switch (plan.verdict) {
    case 'healthy':
      if (plan.victims.length > 0) return 'reaped';
      return trigger === 'alarm' ? 'unexplained' : 'healthy';
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
