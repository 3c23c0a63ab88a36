import { medianOf } from '../base/median.ts';
import { isUsedAgain } from './causes/busy-sessions.ts';
import type { SessionEvidence } from './evidence.ts';
import { wereHeldTogether } from './held-together.ts';
import type { Steady } from './opening-rate.ts';
import { byPool, wasGivenBack, workOf } from './pool-signs.ts';
import { doing } from './suspect.ts';
import { isUsedInTurn } from './used-in-turn.ts';

/**
 * The share of the sessions that are idle, and of these the share that was never used again after the first
 * use.
 */
export const LEFT_SHARE = 0.6;

export function isForgotten(members: readonly SessionEvidence[]): boolean {
  const resting = doing(members, 'resting');
  const unused = resting.filter((member) => !isUsedAgain(member));
  return resting.length >= members.length * LEFT_SHARE && unused.length >= resting.length * LEFT_SHARE;
}

/**
 * Sessions that did one piece of work each and were left. Listeners stay by design, and what was given back to a
 * pool may be lent again.
 */
export function wasLeft(members: readonly SessionEvidence[], steady: Steady): boolean {
  const isListening = members.some(({ session }) => /^LISTEN\b/i.test(session.lastStatement ?? ''));
  return (
    !isListening &&
    workOf(members) === 'worked' &&
    !wasGivenBack(members) &&
    !isUsedInTurn(members) &&
    !wereHeldTogether(members) &&
    isForgotten(members) &&
    wereUsedBriefly(members, steady)
  );
}

/**
 * Whether nearly each session was used once, for less time than to the next opening. What a pool lends again is
 * used for longer.
 */
function wereUsedBriefly(members: readonly SessionEvidence[], { spanMs, sessions }: Steady): boolean {
  const most = Math.max(BRIEF.ms, (spanMs / sessions) * BRIEF.ofPause);
  const used = members.flatMap(({ openedMs, sinceMs }) =>
    openedMs === null || sinceMs === null ? [] : [openedMs - sinceMs],
  );
  const brief = used.filter((ms) => ms <= most).length;
  return brief >= members.length * BRIEF.share && (medianOf(used) ?? most) < most;
}

const BRIEF = { ms: 2_000, ofPause: 0.5, share: 0.85 } as const;

/**
 * Whether each host opened them more slowly than a pool fills, and each was used briefly. The pauses of the whole program would
 * depend on the number of hosts.
 */
export function wereLeftSlowly(members: readonly SessionEvidence[], steady: Steady): boolean {
  const ofHost = steady.sessions / byPool(members).length;
  const isSlow = steady.spanMs >= Math.max(SLOWLY.leastSpanMs, ofHost * SLOWLY.leastPauseMs);
  return isSlow && wereUsedBriefly(members, steady);
}

const SLOWLY = { leastSpanMs: 180_000, leastPauseMs: 5_000 } as const;
