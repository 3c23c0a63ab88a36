import { HIGHEST_LETTER, letterOf, numberAt } from './letter-numbers.ts';
import type { SlotCountAt, UsualUse } from './warning-signs.ts';

/**
 * The highest use of each hour, in percent of the slots that were usable then, for 22 days. A character stands for an
 * hour: the first for one without a count, the second for the least percent that is counted, and so on.
 */
export type UsualHours = { readonly newest: number; readonly percents: string };

const HOUR_MS = 3_600_000;
const DAYS = 22;
const HOURS = DAYS * 24;
/** Today's hours are not yet usual. */
const DAYS_COMPARED = 21;
/** A rise that is going on may have begun in the hour before. */
const PRESENT_HOURS = 2;
const FIRST_PERCENT = 40;

export const NO_HOURS: UsualHours = { newest: 0, percents: 'A'.repeat(HOURS) };

/** The hours with one more count. */
export function withHour(hours: UsualHours, { at, used, usable }: SlotCountAt): UsualHours {
  const hour = Math.floor(at / HOUR_MS);
  const { newest } = hours;
  // A clock that went back changes no hour.
  if (hour < newest) return hours;
  const percent = Math.ceil((used * 100) / Math.max(1, usable));
  const value = Math.max(0, Math.min(HIGHEST_LETTER, percent - FIRST_PERCENT + 1));
  if (hour === newest && value <= valueAt(hours, hour)) return hours;
  const signs = [...hours.percents.padEnd(HOURS, 'A')];
  const begun = Math.min(HOURS, hour - newest);
  for (let each = hour - begun + 1; each <= hour; each += 1) signs[each % HOURS] = 'A';
  signs[hour % HOURS] = letterOf(value);
  return { newest: hour, percents: signs.join('') };
}

/** The hours with what is known of them from elsewhere. The higher use of each hour counts. */
export function withPast(hours: UsualHours, past: readonly SlotCountAt[]): UsualHours {
  const known = past.toSorted((a, b) => a.at - b.at).reduce(withHour, NO_HOURS);
  const newest = Math.max(hours.newest, known.newest);
  const signs = Array<string>(HOURS).fill('A');
  for (let hour = newest - HOURS + 1; hour <= newest; hour += 1)
    signs[hour % HOURS] = letterOf(Math.max(valueAt(hours, hour), valueAt(known, hour)));
  return { newest, percents: signs.join('') };
}

/**
 * The highest use in this hour of the day, and in the next one where that begins soon, on the days before, with and
 * without the day of the highest; and the highest use in any hour that ended before the present rise began.
 */
export function usualUse(hours: UsualHours, { at, usable }: Omit<SlotCountAt, 'used'>): UsualUse {
  const hour = Math.floor(at / HOUR_MS);
  // What is usual at nine may begin some minutes before.
  const compared = at % HOUR_MS < HOUR_MS / 2 ? [hour] : [hour, hour + 1];
  const days = Array.from({ length: DAYS_COMPARED }, (_, before) =>
    Math.max(...compared.map((each) => valueAt(hours, each - (before + 1) * 24))),
  );
  const [highest = 0, onTwoDays = 0] = days.toSorted((a, b) => b - a);
  let everHighest = highest;
  for (let before = PRESENT_HOURS; before <= DAYS_COMPARED * 24; before += 1)
    everHighest = Math.max(everHighest, valueAt(hours, hour - before));
  const slots = (value: number) => (value === 0 ? 0 : ((value + FIRST_PERCENT - 1) * usable) / 100);
  return { highest: slots(highest), onTwoDays: slots(onTwoDays), everHighest: slots(everHighest) };
}

function valueAt({ newest, percents }: UsualHours, hour: number): number {
  if (hour <= newest - HOURS || hour > newest) return 0;
  return numberAt(percents, ((hour % HOURS) + HOURS) % HOURS);
}
