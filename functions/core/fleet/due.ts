import { type AttentionByKey, CALM, isCalm } from './attention.ts';
import { shareOf } from './database-key.ts';
import type { RegisteredDatabase } from './registry-item.ts';

const MINUTE = 60_000;

/**
 * A dispatch: its scheduled moment, and how long the period is. `now` is when it began by its own clock, by which failures are
 * dated: that may be minutes off the clock of the schedule.
 */
export type Period = { readonly at: number; readonly ms: number; readonly now: number };

/** A run that is due, and how long after the dispatch it starts. */
export type DueRun = { readonly database: RegisteredDatabase; readonly afterMs: number };

/** Minutes until the next try after so many failures in a row; the last holds for all further ones. */
const BACK_OFF_MINUTES = [5, 10, 20, 40, 60] as const;
/** How often a calm database with a log trigger is swept. */
const CALM_MINUTES = 15;
/** This many databases start at once. */
const AT_ONCE = 50;
/** A larger cell starts one after another, on average in this time each: about 33 a second. */
const EACH_MS = 30;
/** Starting all takes at most this long: the dispatcher has a minute, and what is news of the cell comes after it. */
const MOST_SPREAD_MS = 40_000;

/** The runs of a period, in the order in which they start. The databases are those that may run at all. */
export function dueRuns(
  databases: readonly RegisteredDatabase[],
  attention: AttentionByKey,
  period: Period,
): readonly DueRun[] {
  const spreadMs = databases.length <= AT_ONCE ? 0 : Math.min(MOST_SPREAD_MS, databases.length * EACH_MS);
  return databases
    .filter((database) => isDue(database, attention, period))
    .map((database) => ({ database, afterMs: Math.floor(startShare(database) * spreadMs) }))
    .toSorted((one, other) => one.afterMs - other.afterMs);
}

/** Those that were due in one of the last periods before this one. */
export function wereDue(
  databases: readonly RegisteredDatabase[],
  attention: AttentionByKey,
  { at, ms, now }: Period,
  periods: number,
): ReadonlySet<RegisteredDatabase> {
  const before = Array.from({ length: periods }, (_, index) => {
    const agoMs = (index + 1) * ms;
    return { at: at - agoMs, ms, now: now - agoMs };
  });
  return new Set(databases.filter((database) => before.some((period) => isDue(database, attention, period))));
}

function isDue(database: RegisteredDatabase, attention: AttentionByKey, period: Period): boolean {
  // A server that pauses would never pause again: an open session keeps it up.
  if (database.minimumCapacity === 0) return false;
  const known = attention.get(database.key) ?? CALM;
  if (known.failures > 0) return isTryDue(known.failures, known.failedAt, period);
  return database.rung === 'sweep' || !isCalm(known) || isCalmTurn(database, period);
}

/** A dispatch that is a little early counts as the one of its time. A failure at a time that cannot be read is tried again. */
function isTryDue(failures: number, failedAt: string | null, { ms, now }: Period): boolean {
  const minutes = BACK_OFF_MINUTES[failures - 1] ?? BACK_OFF_MINUTES.at(-1) ?? 0;
  const waited = now - Date.parse(failedAt ?? '');
  return !(waited < Math.max(ms, minutes * MINUTE) - ms / 2);
}

/** Calm databases take turns, so that each period has about as many of them. */
function isCalmTurn({ resource }: RegisteredDatabase, { at, ms }: Period): boolean {
  const turns = Math.max(1, Math.round((CALM_MINUTES * MINUTE) / ms));
  return (Math.round(at / ms) + Math.floor(shareOf(resource) * turns)) % turns === 0;
}

/** Where in the time of starting a database comes; independent of its turn. */
function startShare({ resource }: RegisteredDatabase): number {
  return shareOf(`start ${resource}`);
}
