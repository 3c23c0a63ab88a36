import { ageText, counted, listText } from '../../base/words.ts';
import { isServerProgram } from '../../server/client-technology.ts';
import { PREPARED } from '../../server/contested-lock.ts';
import { firstWaiters } from '../../server/first-waiters.ts';
import { lastingHeads } from '../../server/lasting-heads.ts';
import { CLIENT_BACKEND, isServerProcess } from '../../server/session.ts';
import type { Doing, Evidence, SessionEvidence } from '../evidence.ts';
import { agesOf, confidenceIn, doing, type Search, type Suspect, suspect } from '../suspect.ts';

/** Fewer waiting sessions are normal. */
const FEWEST = 3;

/**
 * `lock-pile-up`: the sessions that wait for a lock, and the session at the head of the queue, which is named
 * first.
 */
export const lockPileUp: Search = (all, left) => {
  const waiting = doing(left, 'waiting');
  if (waiting.length < FEWEST || waiting.length * 5 < left.length) return [];
  const lasting = lastingHeads(all.snapshot, all.locks);
  if (all.locks.heads.length > 0 && lasting.length === 0) return [queueOf(all, waiting, PASSED_ON)];
  const heads = headsOf(all, waiting, new Set(lasting.flatMap(({ pids }) => pids)));
  // The longest queue is told: a short one beside it may have a client at its head.
  const atHead = new Set(lasting[0]?.pids);
  const clients = heads.filter(({ session: { pid } }) => pid !== null && atHead.has(pid));
  const holders = clients.map(({ session }) => session);
  const first = holders.every(isServerProgram) ? firstInQueue(all, waiting, atHead) : [];
  const behind = waiting.filter((member) => !first.includes(member));
  return [
    ...holdersOf(all, first.length > 0 ? [] : heads, waiting),
    ...firstSuspects(all, first, behind),
    // What is at the head is said once.
    ...(behind.length > 0 ? [queueOf(all, behind, first.length > 0 ? [] : headText(all))] : []),
  ];
};

/**
 * Sessions that others wait for and that wait for none themselves. Empty for a prepared transaction, which
 * has no session.
 */
function headsOf(
  { holders, locks }: Evidence,
  waiting: readonly SessionEvidence[],
  lasting: ReadonlySet<number>,
): readonly SessionEvidence[] {
  const heads = locks.headsOf(waiting.map(({ session: { pid } }) => pid));
  return holders.filter(({ session: { pid } }) => pid !== null && heads.has(pid) && lasting.has(pid));
}

/**
 * The first waiters, when the holder of the lock is no client (autovacuum, a prepared transaction, replay) or
 * a program of servers such as pg_dump, which does what it is for: they cause the queue.
 */
function firstInQueue(
  { snapshot }: Evidence,
  waiting: readonly SessionEvidence[],
  heads: ReadonlySet<number>,
): readonly SessionEvidence[] {
  const sessions = waiting.map(({ session }) => session);
  const first = new Set(firstWaiters(snapshot.locks ?? [], sessions, heads));
  return waiting.filter(({ session }) => first.has(session));
}

function firstSuspects(
  all: Evidence,
  first: readonly SessionEvidence[],
  behind: readonly SessionEvidence[],
): readonly Suspect[] {
  if (first.length === 0) return [];
  const pids = first.map(({ session }) => `${session.pid}`);
  const found = suspect(all, first, {
    cause: 'lock-pile-up',
    confidence: confidenceIn(behind.length, behind.length),
    evidence: [
      `${counted(first.length, 'session has', 'sessions have')} waited first in the queue for ${ageText(Math.max(0, ...agesOf(first, 'sinceMs')))} (pid ${listText(pids)}), ${behind.length} wait behind`,
      ...headText(all),
    ],
  });
  return [{ ...found, explains: first.length + behind.length }];
}

/** What a holder does meanwhile. An idle one holds an advisory lock of its session. */
const HELD_WHILE: Readonly<Partial<Record<Doing, string>>> = {
  'in transaction': 'idle in a transaction',
  resting: 'idle with an advisory lock',
};

function holdersOf(
  all: Evidence,
  heads: readonly SessionEvidence[],
  waiting: readonly SessionEvidence[],
): readonly Suspect[] {
  const [head] = heads;
  if (head === undefined) return [];
  const longest = Math.max(0, ...agesOf(heads, 'sinceMs'));
  const pids = heads.map(({ session }) => `${session.pid}`);
  const state = HELD_WHILE[head.doing] ?? 'at work';
  const found = suspect(all, heads, {
    cause: 'lock-pile-up',
    confidence: confidenceIn(waiting.length, waiting.length),
    evidence: [
      `${counted(heads.length, 'session')} at the head of the queue (pid ${listText(pids)}) ${heads.length === 1 ? 'has' : 'have'} been ${state} for ${ageText(longest)}, and ${counted(waiting.length, 'session waits', 'sessions wait')} behind`,
      ...guessText(all),
    ],
  });
  // It counts for the sessions behind it.
  return [{ ...found, explains: heads.length + waiting.length }];
}

/**
 * The order of a queue is not visible. Sessions that wait only behind another waiter are counted separately.
 */
function guessText({ locks: { heads } }: Evidence): readonly string[] {
  const guessed = heads[0]?.guessed ?? 0;
  if (guessed === 0) return [];
  return [`${guessed} of them are only guessed to wait for it, by their place in the queue`];
}

/** A head that is no client. */
function headText(all: Evidence): readonly string[] {
  const isPrepared = all.locks.heads.some(({ pids }) => pids.includes(PREPARED));
  return [...(isPrepared ? ['a prepared transaction is at the head of the queue'] : []), ...processText(all)];
}

/** The holder is no client and holds no slot. */
function processText({ locks: { heads }, snapshot }: Evidence): readonly string[] {
  const pids = new Set(heads[0]?.pids);
  const process = snapshot.sessions.find((each) => each.pid !== null && pids.has(each.pid));
  if (process === undefined) return [];
  if (process.backendType === CLIENT_BACKEND)
    return isServerProgram(process)
      ? [`a backup or another program of servers holds the lock (pid ${process.pid})`]
      : [];
  const what = isServerProcess(process)
    ? `the server's own ${process.backendType}`
    : 'a replication connection';
  const why = /to prevent wraparound/.test(process.lastStatement ?? '') ? ', which prevents wraparound,' : '';
  return [`${what} (pid ${process.pid})${why} is at the head of the queue`];
}

const PASSED_ON: readonly string[] = [
  'no session has held the lock for 2s: it goes from one client to the next, as with a row that many change',
];

function queueOf(all: Evidence, waiting: readonly SessionEvidence[], more: readonly string[]): Suspect {
  const longest = Math.max(0, ...agesOf(waiting, 'sinceMs'));
  return suspect(all, waiting, {
    cause: 'lock-pile-up',
    confidence: confidenceIn(waiting.length, waiting.length),
    evidence: [
      `${counted(waiting.length, 'session waits', 'sessions wait')} for a lock, the longest for ${ageText(longest)}`,
      ...more,
    ],
  });
}
