import type { AttentionByKey } from './attention.ts';
import type { CellState } from './cell-items.ts';
import { type Period, wereDue } from './due.ts';
import type { RegisteredDatabase } from './registry-item.ts';

/** Fewer databases are incidents of their own. */
const LEAST = 5;
const LEAST_SHARE = 0.3;
/** Failures of an outage come within so many periods. */
const PERIODS = 2;
/** How often people hear that it lasts. */
const AGAIN_MS = 30 * 60_000;

/** How a cell does in one period. */
export type CellHealth = {
  /** Databases that the last run could not get into. */
  readonly unwell: readonly RegisteredDatabase[];
  readonly outage: CellState['outage'];
  /** The message that is due, if any. */
  readonly news: 'began' | 'lasts' | 'over' | null;
};

/**
 * Many databases out of reach at once are one trouble, of the network or of the region. It is one message when it begins,
 * one each half an hour, and one when it is over. `databases` are those that may run.
 */
export function cellHealth(
  databases: readonly RegisteredDatabase[],
  attention: AttentionByKey,
  before: CellState['outage'],
  period: Period,
): CellHealth {
  const { at, ms, now } = period;
  // A switch lets nothing run: whether they can be reached again is not known.
  if (databases.length === 0) return { unwell: [], outage: before, news: null };
  const unwell = databases.filter(({ key }) => (attention.get(key)?.failures ?? 0) > 0);
  const lately = unwell.filter(({ key }) => {
    // A dispatch that is a little late counts as the one of its time.
    return !(now - Date.parse(attention.get(key)?.failedAt ?? '') > (PERIODS + 0.5) * ms);
  });
  // Calm databases take turns: those that were not tried say nothing yet. While it lasts, databases are tried ever less often,
  // so that then every one counts that has not been reached since.
  const counted = before === null ? lately : unwell;
  const tried = before === null ? triedLately(databases, attention, new Set(lately), period) : databases;
  const isOutage = counted.length >= LEAST && counted.length >= LEAST_SHARE * tried.length;
  const moment = new Date(at).toISOString();
  if (!isOutage) return { unwell, outage: null, news: before === null ? null : 'over' };
  if (before === null) return { unwell, outage: { since: moment, toldAt: moment }, news: 'began' };
  const isTime = !(at - Date.parse(before.toldAt ?? '') < AGAIN_MS);
  return {
    unwell,
    outage: isTime ? { ...before, toldAt: moment } : before,
    news: isTime ? 'lasts' : null,
  };
}

/** Those that failed, and those that had a turn. */
function triedLately(
  databases: readonly RegisteredDatabase[],
  attention: AttentionByKey,
  failed: ReadonlySet<RegisteredDatabase>,
  period: Period,
): readonly RegisteredDatabase[] {
  const due = wereDue(databases, attention, period, PERIODS);
  return databases.filter((database) => failed.has(database) || due.has(database));
}
