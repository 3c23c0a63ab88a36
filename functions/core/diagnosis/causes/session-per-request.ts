import { medianOf } from '../../base/median.ts';
import { counted, rateText } from '../../base/words.ts';
import type { Evidence, SessionEvidence } from '../evidence.ts';
import { agesOf, confidenceIn, doing, type Suspect, suspect } from '../suspect.ts';

/** A session that serves one request lasts about as long as the request. */
const SHORT_MS = 5_000;
const FEWEST = 8;
/** The share of a program's sessions that are short, and of these the share that works. */
const SHARE = { short: 0.8, atWork: 0.5 } as const;
/** New sessions still come: the last one was opened within this many mean gaps. */
const MOST_GAPS = 8;
/** A login takes as long as this, however many clients come at once: nothing younger can be seen at work. */
const LOGIN_MS = 20;
/** On a server that has just started all sessions are young. */
const LEAST_UPTIME_MS = 2 * SHORT_MS;

/**
 * `session-per-request`: all sessions of a program are seconds old, and new ones keep coming while others
 * end. A pool that has just started has a first moment, and these sessions have none.
 */
export function sessionPerRequest(all: Evidence, program: readonly SessionEvidence[]): Suspect | null {
  const short = program.filter(({ openedMs }) => openedMs !== null && openedMs <= SHORT_MS);
  const working = doing(short, 'working', 'waiting', 'in transaction');
  if (
    program.length < FEWEST ||
    short.length < program.length * SHARE.short ||
    (all.uptimeMs ?? 0) < LEAST_UPTIME_MS
  )
    return null;
  if (working.length < short.length * SHARE.atWork) return null;
  const ages = agesOf(short, 'openedMs').toSorted((a, b) => a - b);
  const median = medianOf(ages) ?? 0;
  // Half of them were opened within the median age.
  const gapMs = (median * 2) / ages.length;
  if ((ages[0] ?? 0) > Math.max(LOGIN_MS, gapMs * MOST_GAPS) || isBurst(ages, median)) return null;
  return suspect(all, program, {
    cause: 'session-per-request',
    confidence: confidenceIn(short.length, program.length),
    evidence: [
      `${short.length} of ${program.length} are younger than 5 s, half of them than ${Math.round(median)} ms, and ${working.length} are at work`,
      `about ${rateText(3_600_000 / Math.max(1, gapMs))} are opened, and as many end: ${counted(program.length, 'request')} at a moment`,
    ],
  });
}

/** A pool that opens all sessions at once: nearly all have the same age. */
function isBurst(ages: readonly number[], median: number): boolean {
  return ages.filter((age) => Math.abs(age - median) <= median * 0.1).length * 2 >= ages.length;
}
