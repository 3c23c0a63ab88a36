import { expect } from 'vitest';
import type { LimitCut, Plan, SparedReason, Verdict } from '../../../functions/core/plan/plan.ts';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { type Session, takesSlot } from '../../../functions/core/server/session.ts';
import type { Scope } from '../../../functions/core/server/slots.ts';
import type { Slots } from '../../../functions/core/server/snapshot.ts';
import type { TriggerKind } from '../../../functions/core/trigger/trigger.ts';
import { aPolicy, aSession, aSnapshot, SECOND, type WrittenPolicy } from '../../support/builders.ts';

/** One row of a table of scenarios. What is left out of `expected` is not looked at, `victims` apart. */
export type Scenario = {
  readonly id: string;
  readonly what: string;
  readonly sessions: readonly Session[];
  readonly policy?: WrittenPolicy;
  /** Without it the server is full to the last slot, so that everybody who may go is needed. */
  readonly slots?: Partial<Slots>;
  readonly ownPid?: number;
  readonly trigger?: TriggerKind;
  readonly expected: {
    /** Pids in the order in which they go. */
    readonly victims: readonly number[];
    readonly verdict?: Verdict;
    readonly missing?: number;
    readonly limits?: readonly LimitCut[];
    /** By pid: the reason, or the reason and what exactly applied. */
    readonly spared?: Readonly<Record<number, SparedReason | readonly [SparedReason, string]>>;
    /** By pid: the number of the rung, or null for reaped sessions. */
    readonly rungs?: Readonly<Record<number, number | null>>;
    /** The need of each scope in need, in the order of cure. */
    readonly needs?: Readonly<Record<string, number>>;
    readonly problem?: 'capacity-unusable' | 'target-unreachable';
  };
};

/** Title and row, for `test.each`. */
export function rows(scenarios: readonly Scenario[]): readonly (readonly [string, Scenario])[] {
  return scenarios.map((scenario) => [`${scenario.id}: ${scenario.what}`, scenario]);
}

/**
 * A session in the notation of the scenarios: `pid user@database application address state age`, the age in seconds.
 * `-` is an application that set no name, or an age that the server did not tell.
 */
export function one(text: string, fields: Partial<Session> = {}): Session {
  const parts = /^(\d+) (\S+)@(\S+) (\S+) (\S+) (.+) (\d+|-)$/.exec(text);
  if (parts === null) throw new Error(`Not a session: "${text}"`);
  const [, pid, user = '', database = '', application = '', address = '', state = '', age] = parts;
  return aSession({
    pid: Number(pid),
    user,
    database,
    application: application === '-' ? '' : application,
    address,
    state,
    stateAgeMs: age === '-' ? null : Number(age) * SECOND,
    ...fields,
  });
}

/** `count` sessions from one line; pids count up from the line's, and each is idle one second less than the one before. */
export function many(
  count: number,
  text: string,
  fields: (index: number) => Partial<Session> = () => ({}),
): readonly Session[] {
  const first = one(text);
  return Array.from({ length: count }, (_, index) =>
    aSession({
      ...first,
      pid: (first.pid ?? 0) + index,
      backendStart: `2026-11-20 00:00:00.${(first.pid ?? 0) + index}+00`,
      stateAgeMs: first.stateAgeMs === null ? null : first.stateAgeMs - index * SECOND,
      ...fields(index),
    }),
  );
}

/** The pids from one to another, both included. */
export function pids(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** One rung `idle`, for rows that say nothing but a minAge. */
export function idleFor(minAge: string): WrittenPolicy {
  return { relieve: { ladder: [{ state: 'idle', minAge }] } };
}

/** What the scenarios assume unless they say otherwise: much need, no keep, limits wide open. */
export function writtenPolicy(policy: WrittenPolicy = {}): WrittenPolicy {
  return {
    mode: 'enforce',
    ...policy,
    relieve: { when: { usedPercent: 95 }, until: { usedPercent: 1 }, ...policy.relieve },
    limits: { maxVictims: 5_000, maxPercent: 100, keepPerGroup: 0, ...policy.limits },
  };
}

export function planOf({ sessions, policy, slots, ownPid, trigger = 'alarm' }: Scenario): Plan {
  const clients = sessions.filter((session) => takesSlot(session) && session.pid !== ownPid);
  const full = { max: Math.max(1, clients.length), superuserReserved: 0 };
  const snapshot = aSnapshot({ sessions, slots: slots ?? full, server: { ownPid: ownPid ?? null } });
  return planRemediation(snapshot, aPolicy(writtenPolicy(policy)), trigger);
}

/** Plans the scenario and compares with what is expected of it. */
export function check(scenario: Scenario): void {
  const { expected, sessions } = scenario;
  const plan = planOf(scenario);
  expect(plan.victims.map(({ session }) => session.pid)).toEqual(expected.victims);
  if (expected.verdict !== undefined) expect(plan.verdict).toBe(expected.verdict);
  if (expected.missing !== undefined) expect(plan.missing).toBe(expected.missing);
  if (expected.limits !== undefined) expect(plan.limits).toEqual(expected.limits);
  expect(plan.problem?.code).toBe(expected.problem);
  expect(sparedAs(plan, expected.spared ?? {})).toEqual(expected.spared ?? {});
  if (expected.rungs !== undefined) expect(rungsOf(plan)).toEqual(expected.rungs);
  if (expected.needs !== undefined) expect(needsOf(plan)).toEqual(Object.entries(expected.needs));
  // Whatever a row is about: everybody is accounted for, exactly once.
  const accounted = [...plan.victims, ...plan.spared].map(({ session }) => session);
  expect(accounted).toHaveLength(sessions.length);
  expect(new Set(accounted)).toEqual(new Set(sessions));
}

type ExpectedSpared = NonNullable<Scenario['expected']['spared']>;

/** What the plan says of the pids that a row names, in as much detail as the row does. */
function sparedAs(plan: Plan, expected: ExpectedSpared): ExpectedSpared {
  const named = plan.spared.filter(({ session }) => session.pid !== null && session.pid in expected);
  return Object.fromEntries(
    named.map(({ session, reason, detail }) => {
      const inDetail = Array.isArray(expected[session.pid ?? 0]);
      return [session.pid, inDetail ? [reason, detail] : reason];
    }),
  );
}

function rungsOf(plan: Plan): Readonly<Record<number, number | null>> {
  return Object.fromEntries(plan.victims.map(({ session, reason }) => [session.pid, reason.rung]));
}

function needsOf(plan: Plan): readonly (readonly [string, number])[] {
  return plan.pressure.filter(({ need }) => need > 0).map(({ scope, need }) => [scopeText(scope), need]);
}

export function scopeText(scope: Scope): string {
  return scope.kind === 'server' ? 'server' : `${scope.kind} ${scope.name}`;
}
