import type * as z from 'zod/mini';
import type { ReadOnly } from '../base/read-only.ts';
import type { Pressure } from '../server/slots.ts';
import type { headSchema } from './codec/head-schema.ts';
import { countByProgram, headGroups } from './head-groups.ts';
import { keptByOldRule } from './kept-before.ts';
import { retakenIn } from './newcomers.ts';
import { ownTriesOf } from './own-tries.ts';
import type { RunRecord } from './record.ts';
import { isFreed } from './verification.ts';

/** The result of a run in a few numbers. Its schema explains the fields. */
export type RunHead = ReadOnly<z.output<typeof headSchema>>;
/** How full one scope is. */
type SlotsUsed = NonNullable<RunHead['before']>;

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
    groups: headGroups(record),
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
