import { ageText, counted } from '../words.ts';
import type { Clue, Clues } from './clues.ts';
import { agesOf, confidenceIn, doing, type Search, type Suspect, suspect } from './suspect.ts';

/** Fewer that wait are everyday life. */
const FEWEST = 3;

/** `lock-pile-up`: those who wait for a lock, and whoever is at the head of the queue, who is named first. */
export const lockPileUp: Search = (all, left) => {
  const waiting = doing(left, 'waiting');
  if (waiting.length < FEWEST || waiting.length * 5 < left.length) return [];
  const heads = headsOf(all.holders, waiting);
  return [...holdersOf(all, heads, waiting), queueOf(all, waiting)];
};

/** Sessions that others wait for, and that wait for nobody. A prepared transaction has no session: then there is none. */
function headsOf(holders: readonly Clue[], waiting: readonly Clue[]): readonly Clue[] {
  const blocking = new Set(waiting.flatMap(({ session }) => session.blockedBy));
  return holders.filter(
    ({ session, doing }) => session.pid !== null && blocking.has(session.pid) && doing !== 'waiting',
  );
}

function holdersOf(all: Clues, heads: readonly Clue[], waiting: readonly Clue[]): readonly Suspect[] {
  const [head] = heads;
  if (head === undefined) return [];
  const longest = Math.max(0, ...agesOf(heads, 'sinceMs'));
  const state = head.doing === 'in transaction' ? 'idle in a transaction' : 'at work';
  const found = suspect(all, heads, {
    cause: 'lock-pile-up',
    confidence: confidenceIn(waiting.length, waiting.length),
    evidence: [
      `${counted(heads.length, 'session')} ${state} for ${ageText(longest)} at the head of the queue (pid ${head.session.pid}), ${waiting.length} wait behind`,
    ],
  });
  // It answers for those behind it.
  return [{ ...found, explains: heads.length + waiting.length }];
}

function queueOf(all: Clues, waiting: readonly Clue[]): Suspect {
  const longest = Math.max(0, ...agesOf(waiting, 'sinceMs'));
  return suspect(all, waiting, {
    cause: 'lock-pile-up',
    confidence: confidenceIn(waiting.length, waiting.length),
    evidence: [
      `${counted(waiting.length, 'session waits', 'sessions wait')} for a lock, the longest for ${ageText(longest)}`,
    ],
  });
}
