import { counted } from '../base/words.ts';
import { groupName } from '../server/group-name.ts';
import type { Program } from '../server/programs.ts';
import type { Candidate } from './candidates.ts';
import type { Protection, Spared, Victim } from './plan.ts';
import { inLadderOrder } from './rung-order.ts';
import type { Chosen } from './select-victims.ts';

/**
 * Why candidates stay: a limit cut them off, their program keeps them, or their slot is not needed.
 */
export function sparedCandidates(
  candidates: readonly Candidate[],
  { wanted, victims }: { readonly wanted: readonly Chosen[]; readonly victims: readonly Victim[] },
  keepPerGroup: number,
): readonly Spared[] {
  const gone = new Set(wanted.map(({ session }) => session));
  const cutOff = wanted.slice(victims.length).map(({ session }) => ({ session, ...ABOVE_LIMIT }));
  const staying = candidates.filter(({ session }) => !gone.has(session));
  const left = [...Map.groupBy(staying, ({ quota }) => quota)].flatMap(
    ([{ program, remaining }, ofProgram]) => {
      // The program keeps the sessions that would end last. When all may end, it keeps none.
      if (ofProgram.length <= remaining) return ofProgram.map(({ session }) => ({ session, ...NOT_NEEDED }));
      const kept: Protection = { reason: 'kept', detail: keptText(program, keepPerGroup) };
      return inLadderOrder(ofProgram).map(({ session }, at) => ({
        session,
        ...(at < remaining ? NOT_NEEDED : kept),
      }));
    },
  );
  return [...cutOff, ...left];
}

const ABOVE_LIMIT: Protection = { reason: 'limit', detail: 'above the limit for one run' };
const NOT_NEEDED: Protection = { reason: 'not-needed', detail: 'enough slots without it' };

/** `one of program orders, 14 sessions in 3 databases` */
function keptText(program: Program, keepPerGroup: number): string {
  const databases = new Set(program.sessions.map(({ database }) => database)).size;
  const where = databases > 1 ? ` in ${databases} databases` : '';
  return `${keepPerGroup === 1 ? 'one' : keepPerGroup} of program ${groupName(program.name)}, ${counted(program.sessions.length, 'session')}${where}`;
}
