import { ageText, counted, listText } from '../../base/words.ts';
import { PREPARED } from '../../server/contested-lock.ts';
import { isServerProcess } from '../../server/session.ts';
import type { Evidence, SessionEvidence } from '../evidence.ts';
import { agesOf, confidenceIn, doing, type Search, type Suspect, suspect } from '../suspect.ts';

/** Fewer that wait are everyday life. */
const FEWEST = 3;

/** `lock-pile-up`: those who wait for a lock, and whoever is at the head of the queue, who is named first. */
export const lockPileUp: Search = (all, left) => {
  const waiting = doing(left, 'waiting');
  if (waiting.length < FEWEST || waiting.length * 5 < left.length) return [];
  const heads = headsOf(all, waiting);
  return [...holdersOf(all, heads, waiting), queueOf(all, waiting)];
};

/** Sessions that others wait for, and that wait for nobody. A prepared transaction has no session: then there is none. */
function headsOf(
  { holders, locks }: Evidence,
  waiting: readonly SessionEvidence[],
): readonly SessionEvidence[] {
  const heads = new Set(waiting.flatMap(({ session: { pid } }) => (pid === null ? [] : locks.headsOf(pid))));
  return holders.filter(({ session: { pid } }) => pid !== null && heads.has(pid));
}

function holdersOf(
  all: Evidence,
  heads: readonly SessionEvidence[],
  waiting: readonly SessionEvidence[],
): readonly Suspect[] {
  const [head] = heads;
  if (head === undefined) return [];
  const longest = Math.max(0, ...agesOf(heads, 'sinceMs'));
  const pids = heads.map(({ session }) => `${session.pid}`);
  const state = head.doing === 'in transaction' ? 'idle in a transaction' : 'at work';
  const found = suspect(all, heads, {
    cause: 'lock-pile-up',
    confidence: confidenceIn(waiting.length, waiting.length),
    evidence: [
      `${counted(heads.length, 'session')} at the head of the queue (pid ${listText(pids)}) ${heads.length === 1 ? 'has' : 'have'} been ${state} for ${ageText(longest)}, and ${counted(waiting.length, 'session waits', 'sessions wait')} behind`,
      ...guessText(all),
    ],
  });
  // It answers for those behind it.
  return [{ ...found, explains: heads.length + waiting.length }];
}

/** The order of a queue does not show; who waits behind a waiter only is told apart. */
function guessText({ locks: { heads } }: Evidence): readonly string[] {
  const guessed = heads[0]?.guessed ?? 0;
  if (guessed === 0) return [];
  return [`${guessed} of them are only guessed to wait for it, by their place in the queue`];
}

function preparedText({ locks: { heads } }: Evidence): readonly string[] {
  const isPrepared = heads.some(({ pids }) => pids.includes(PREPARED));
  return isPrepared ? ['a prepared transaction is at the head of the queue'] : [];
}

/** It holds no slot, and is nobody's session. */
function processText({ locks: { heads }, snapshot }: Evidence): readonly string[] {
  const pids = new Set(heads[0]?.pids);
  const process = snapshot.sessions.find((each) => each.pid !== null && pids.has(each.pid));
  if (process === undefined || !isServerProcess(process)) return [];
  return [`the server's own ${process.backendType} (pid ${process.pid}) is at the head of the queue`];
}

function queueOf(all: Evidence, waiting: readonly SessionEvidence[]): Suspect {
  const longest = Math.max(0, ...agesOf(waiting, 'sinceMs'));
  return suspect(all, waiting, {
    cause: 'lock-pile-up',
    confidence: confidenceIn(waiting.length, waiting.length),
    evidence: [
      `${counted(waiting.length, 'session waits', 'sessions wait')} for a lock, the longest for ${ageText(longest)}`,
      ...preparedText(all),
      ...processText(all),
    ],
  });
}
