import { counted } from '../base/words.ts';
import { groupName } from '../server/group-name.ts';
import type { Program } from '../server/programs.ts';
import type { Session } from '../server/session.ts';
import { candidatesOf } from './candidates.ts';
import type { Quotas } from './keep.ts';
import type { Protection, Victim } from './plan.ts';
import { inLadderOrder } from './rung-order.ts';
import type { ActiveRung } from './rungs.ts';

/**
 * Why eligible sessions stay: a limit cut them off, their program keeps them, or their slot is not needed.
 */
export function sparedReasons(
  eligible: readonly Session[],
  { wanted, victims }: { readonly wanted: readonly Victim[]; readonly victims: readonly Victim[] },
  quotas: Quotas,
  rungs: readonly ActiveRung[],
  keepPerGroup: number,
): ReadonlyMap<Session, Protection> {
  const gone = new Set(wanted.map(({ session }) => session));
  const reasons = new Map<Session, Protection>(
    wanted
      .slice(victims.length)
      .map(({ session }) => [session, { reason: 'limit', detail: 'above the limit for one run' }]),
  );
  const staying = candidatesOf(
    eligible.filter((session) => !gone.has(session)),
    rungs,
  );
  for (const [quota, ofProgram] of Map.groupBy(staying, ({ session }) => quotas.of(session))) {
    const remaining = Math.max(0, quota?.remaining ?? 0);
    const kept: Protection = { reason: 'kept', detail: quota ? keptText(quota.program, keepPerGroup) : '' };
    // The program keeps the sessions that would end last. When all may end, it keeps none.
    const ordered = ofProgram.length > remaining ? inLadderOrder(ofProgram, quotas) : ofProgram;
    ordered.forEach(({ session }, at) => {
      reasons.set(session, at < remaining ? NOT_NEEDED : kept);
    });
  }
  return reasons;
}

const NOT_NEEDED: Protection = { reason: 'not-needed', detail: 'enough slots without it' };

/** `one of program orders, 14 sessions in 3 databases` */
function keptText(program: Program, keepPerGroup: number): string {
  const databases = new Set(program.sessions.map(({ database }) => database)).size;
  const where = databases > 1 ? ` in ${databases} databases` : '';
  return `${keepPerGroup === 1 ? 'one' : keepPerGroup} of program ${groupName(program.name)}, ${counted(program.sessions.length, 'session')}${where}`;
}
