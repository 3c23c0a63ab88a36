import { candidatesOf, compareCandidates, type GroupQuotas } from './candidates.ts';
import type { Rung } from './policy.ts';
import type { Protection } from './protection.ts';
import type { Session } from './session.ts';
import type { Victim } from './victims.ts';

/** Why eligible sessions stay: a limit cut them off, their group keeps them, or nobody needs their slot. */
export function leftOver(
  eligible: readonly Session[],
  wanted: readonly Victim[],
  victims: readonly Victim[],
  quotas: GroupQuotas,
  rungs: readonly Rung[],
): ReadonlyMap<Session, Protection> {
  const gone = new Set(wanted.map(({ session }) => session));
  const reasons = new Map<Session, Protection>(
    wanted
      .slice(victims.length)
      .map(({ session }) => [session, { reason: 'limit', detail: 'over the limit of one run' }]),
  );
  const staying = candidatesOf(
    eligible.filter((session) => !gone.has(session)),
    rungs,
  );
  for (const [quota, inGroup] of Map.groupBy(staying, ({ session }) => quotas.get(session))) {
    const mayGo = Math.max(0, quota?.mayGo ?? 0);
    // Those that would go last are the ones the group keeps; where all may go, none is.
    const ordered =
      inGroup.length > mayGo ? inGroup.sort((a, b) => a.rung - b.rung || compareCandidates(a, b)) : inGroup;
    ordered.forEach(({ session }, at) => {
      reasons.set(session, at < mayGo ? NOT_NEEDED : KEPT);
    });
  }
  return reasons;
}

const NOT_NEEDED: Protection = { reason: 'not-needed', detail: 'enough slots without it' };
const KEPT: Protection = { reason: 'kept', detail: 'kept for its group' };
