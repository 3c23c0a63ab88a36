import { isBetween, minuteOf, minuteOfDay } from '../base/wall-clock.ts';

/** How people of one server want to be warned. */
export type WarningSettings = {
  /** In percent of the usable slots, rising. */
  readonly tiers: readonly number[];
  /** When a warning waits. Null where none is declared. */
  readonly quietHours: QuietHours | null;
};

/** From `from` on and before `to`, each as `22:00`, by the clocks of the zone. */
export type QuietHours = { readonly from: string; readonly to: string; readonly zone: string };

export const DEFAULT_WARNINGS: WarningSettings = { tiers: [75, 85, 95], quietHours: null };

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** Clocks are put forward by an hour or less, and by two at a station in Antarctica. */
const MOST_SHIFT_MINUTES = 3 * 60;

/**
 * When the quiet hours end that hold at this moment. Null outside of them, and where the zone or a time is not known any
 * more: in doubt people are told. The clocks of the end decide, also on the day on which they are put forward or back.
 */
export function quietUntil(at: number, hours: QuietHours | null): number | null {
  if (hours === null) return null;
  const [from, to] = [minuteOf(hours.from), minuteOf(hours.to)];
  const minute = minuteIn(at, hours.zone);
  if (from === null || to === null || minute === null || !isBetween(minute, from, to)) return null;
  const end = at - (at % MINUTE_MS) + ((to - minute + DAY_MINUTES) % DAY_MINUTES) * MINUTE_MS;
  return firstOutside(end + shiftTo(to, minuteIn(end, hours.zone) ?? to) * MINUTE_MS, from, to, hours.zone);
}

/** Where clocks are put forward past the end of the quiet hours, it never comes: they are over when the clocks are put. */
function firstOutside(end: number, from: number, to: number, zone: string): number {
  const quietAt = (moment: number) => isBetween(minuteIn(moment, zone) ?? to, from, to);
  const later = Array.from({ length: MOST_SHIFT_MINUTES }, (_, minutes) => end + minutes * MINUTE_MS);
  return later.find((moment) => !quietAt(moment)) ?? end;
}

function minuteIn(at: number, zone: string): number | null {
  try {
    return minuteOfDay(at, zone);
  } catch {
    return null;
  }
}

/** How far a clock was put forward or back: from one minute of the day to another, by the shorter way. */
function shiftTo(to: number, shown: number): number {
  const ahead = (to - shown + DAY_MINUTES) % DAY_MINUTES;
  return ahead > DAY_MINUTES / 2 ? ahead - DAY_MINUTES : ahead;
}
