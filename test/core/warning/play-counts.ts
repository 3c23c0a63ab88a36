import { NO_HOURS, withHour } from '../../../functions/core/warning/usual-hours.ts';
import { DEFAULT_WARNINGS, type WarningSettings } from '../../../functions/core/warning/warning-settings.ts';
import type { Sign } from '../../../functions/core/warning/warning-signs.ts';
import {
  countSlots,
  isCounted,
  NOTHING_COUNTED,
  type WarningState,
} from '../../../functions/core/warning/warning-state.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** A whole day of the epoch, at noon: 4 October 2024. */
export const NOON = 20_000 * DAY + 12 * HOUR;

type Played = { readonly state: WarningState; readonly news: readonly (Sign & { readonly count: number })[] };
type Scene = {
  readonly from?: WarningState;
  readonly at?: number;
  readonly everyMs?: number;
  readonly usable?: number;
  readonly settings?: WarningSettings;
};

/** A count each five minutes, of 100 slots, as a scheduled run and its report see them. */
export function playCounts(
  used: readonly number[],
  {
    from = NOTHING_COUNTED,
    at = NOON,
    everyMs = 5 * MINUTE,
    usable = 100,
    settings = DEFAULT_WARNINGS,
  }: Scene = {},
): Played {
  let state = from;
  const news: (Sign & { readonly count: number })[] = [];
  for (const [index, each] of used.entries()) {
    const now = { at: at + index * everyMs, used: each, usable };
    if (!isCounted(now)) continue;
    const counted = countSlots(state, now, settings);
    state = counted.state;
    if (counted.news !== null) news.push({ ...counted.news, count: index });
  }
  return { state, news };
}

/** Three weeks in which each hour of the day had the same highest use, until the hour before. */
export function usedBefore(levelAt: (hourOfDay: number) => number, at = NOON): WarningState {
  let hours = NO_HOURS;
  for (let hour = 21 * 24; hour > 0; hour -= 1) {
    const then = at - hour * HOUR;
    const now = { at: then, used: levelAt((then / HOUR) % 24), usable: 100 };
    if (isCounted(now)) hours = withHour(hours, now);
  }
  return { ...NOTHING_COUNTED, hours };
}
