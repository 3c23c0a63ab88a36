import { programNames } from '../server/programs-in.ts';
import { groupText } from '../server/rank-groups.ts';
import { type Group, identityOf, type Session } from '../server/session.ts';
import type { Pressure } from '../server/slots.ts';
import type { TriggerKind } from '../trigger/trigger.ts';
import { keptByOldRule } from './kept-before.ts';
import type { LockSight } from './lock-sight.ts';
import { retakenIn } from './newcomers.ts';
import { ownTriesOf } from './own-tries.ts';
import type { OwnTries } from './pause.ts';
import type { RunIdentity, RunRecord } from './record.ts';
import { isFreed } from './verification.ts';

/** How full one scope is. */
type SlotsUsed = Pick<Pressure, 'scope' | 'used' | 'usable'>;

/** What one run adds to the incident of its server, in numbers. */
export type RunFigures = {
  readonly startedAt: string;
  /** Whether the run asks memory if runs are paused. For other runs a pause would change nothing. */
  readonly heedsPause: boolean;
  /** The slots to free at its first snapshot, over all scopes. Null when it took none. */
  readonly need: number | null;
  readonly ended: number;
  readonly retaken: number;
  /** Null when the first try connected, or when there was none. */
  readonly ownTries?: OwnTries | null;
};

/**
 * The result of a run in a few numbers, which travel beside its packed record. `report` uses them when the
 * record cannot be read or explained within its budget.
 */
export type RunHead = RunFigures & {
  /** Which code ran by which policy. Absent in older heads. */
  readonly code?: RunIdentity['code'];
  readonly policyHash?: RunIdentity['policyHash'];
  readonly trigger: TriggerKind;
  /** Other holders of our lock. Absent in older heads. */
  readonly lock?: LockSight | null;
  /** The scope in the message, at the first snapshot and at the last one. Null when the run took none. */
  readonly before: SlotsUsed | null;
  readonly after: SlotsUsed | null;
  /** How many sessions the plan chose. */
  readonly chosen: number;
  /** How many sessions were told to end. `ended` counts those that are gone. */
  readonly told: number;
  /** How many of `ended` left without an answer: we ended them, or they left by themselves. */
  readonly perhaps: number;
  /**
   * The groups of the sessions that were told to end, the largest first. When none was told to end, the
   * groups of the chosen sessions.
   */
  readonly groups: GroupCounts;
  /**
   * Victims that the old meaning of `keepPerGroup` would have kept: their number, the number of all victims,
   * and their groups. Absent when it would have kept none of them, and in older heads.
   */
  readonly keptBefore?:
    | { readonly count: number; readonly chosen: number; readonly groups: GroupCounts }
    | undefined;
};

type GroupCounts = readonly { readonly group: Group; readonly count: number }[];

/** More groups than this are left to the record. */
export const MOST_GROUPS = 3;

export function headOf(record: RunRecord): RunHead {
  const { startedAt, trigger, recall, lock, plan, attempts, readings, code, policyHash } = record;
  const freed = attempts.filter(isFreed);
  const before = plan?.pressure.find(({ under }) => under) ?? plan?.pressure.at(-1) ?? null;
  return {
    code,
    policyHash,
    startedAt,
    trigger: trigger.kind,
    lock,
    heedsPause: recall !== null,
    need:
      plan === null || plan.problem !== null ? null : plan.pressure.reduce((sum, { need }) => sum + need, 0),
    before: before && slotsUsed(before),
    after: before && sameScope(before, readings.at(-1)?.pressure ?? []),
    chosen: plan?.victims.length ?? 0,
    told: attempts.length,
    ended: freed.length,
    perhaps: freed.filter(({ result }) => result === 'gone').length,
    retaken: retakenIn(record) ?? 0,
    ownTries: ownTriesOf(record),
    groups: groupsOf(record),
    ...keptBeforeIn(record),
  };
}

function keptBeforeIn(record: RunRecord): Pick<RunHead, 'keptBefore'> {
  const kept = keptByOldRule(record);
  if (kept.length === 0) return {};
  const chosen = record.plan?.victims.length ?? 0;
  return { keptBefore: { count: kept.length, chosen, groups: countByProgram(kept, record) } };
}

function slotsUsed({ scope, used, usable }: Pressure): SlotsUsed {
  return { scope, used, usable };
}

function sameScope({ scope }: Pressure, later: readonly Pressure[]): SlotsUsed | null {
  const nameOf = (each: Pressure['scope']) => (each.kind === 'server' ? '' : each.name);
  const same = later.find((each) => each.scope.kind === scope.kind && nameOf(each.scope) === nameOf(scope));
  return same ? slotsUsed(same) : null;
}

function groupsOf(record: RunRecord): GroupCounts {
  const { snapshot, plan, attempts } = record;
  const told = new Set(attempts.map(identityOf));
  const sessions =
    told.size === 0
      ? (plan?.victims ?? []).map(({ session }) => session)
      : (snapshot?.sessions ?? []).filter((session) => told.has(identityOf(session)));
  return countByProgram(sessions, record);
}

function countByProgram(sessions: readonly Session[], { snapshot }: RunRecord): GroupCounts {
  const nameOf = programNames(snapshot);
  return [...Map.groupBy(sessions, (session) => groupText(nameOf(session))).values()]
    .flatMap((those) => (those[0] ? [{ group: nameOf(those[0]), count: those.length }] : []))
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_GROUPS);
}
