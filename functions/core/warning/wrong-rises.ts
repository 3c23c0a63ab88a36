import { HIGHEST_LETTER, letterOf, numberAt } from './letter-numbers.ts';
import { LEAST_PERCENT, type SlotCountAt } from './warning-signs.ts';

/** How far an episode went: the highest use in whole percent, and the longest time in minutes that a forecast held. */
export type Rise = { readonly percent: number; readonly minutes: number };

/** The rise of an episode that did not fill the server, and the day of the epoch on which it ended. */
export type WrongRise = Rise & { readonly day: number };

const DAY_MS = 24 * 60 * 60_000;
const DAYS_KEPT = 21;
/** One wrong warning is chance. As for the usual hours, what happened twice is a habit of the server. */
const HABIT = 2;
/** The item of counts has room for this number. */
const MOST_RISES = 8;
const DAYS_TOLD_APART = HIGHEST_LETTER + 1;
const LETTERS_EACH = 3;

const dayOf = (at: number) => Math.floor(at / DAY_MS);

export function percentOf({ used, usable }: Omit<SlotCountAt, 'at'>): number {
  return Math.floor((used * 100) / Math.max(1, usable));
}

/** The wrong rises with one more, without those that can no longer be among the two highest or the two longest. */
export function withWrongRise(rises: readonly WrongRise[], rise: Rise, at: number): readonly WrongRise[] {
  const all = [...recentRises(rises, at), { ...rise, day: dayOf(at) }];
  const isPassed = (key: keyof Rise, index: number) =>
    all.slice(index + 1).filter((later) => later[key] >= (all[index]?.[key] ?? 0)).length >= HABIT;
  const kept = all.filter((_, index) => !isPassed('percent', index) || !isPassed('minutes', index));
  return kept.slice(-MOST_RISES);
}

/** How high and how long two wrong episodes of the last three weeks went. Null where fewer were wrong. */
export function habitualRise(rises: readonly WrongRise[], at: number): Rise | null {
  const recent = recentRises(rises, at);
  const second = (key: keyof Rise) => recent.map((rise) => rise[key]).toSorted((a, b) => b - a)[HABIT - 1];
  const [percent, minutes] = [second('percent'), second('minutes')];
  return percent === undefined || minutes === undefined ? null : { percent, minutes };
}

function recentRises(rises: readonly WrongRise[], at: number): readonly WrongRise[] {
  return rises.filter(({ day }) => dayOf(at) - day <= DAYS_KEPT);
}

/** Each as three letters: the day, of which the last 64 are told apart, the percent and the minutes. */
export function writtenRises(rises: readonly WrongRise[]): string {
  return rises
    .map(({ day, percent, minutes }) => [day % DAYS_TOLD_APART, percent - LEAST_PERCENT, minutes])
    .map((numbers) => numbers.map(letterOf).join(''))
    .join('');
}

/** The rises of a text that was written at that time. */
export function readRises(text: string, at: number): readonly WrongRise[] {
  return Array.from({ length: Math.floor(text.length / LETTERS_EACH) }, (_, index) => {
    const valueAt = (place: number) => numberAt(text, index * LETTERS_EACH + place);
    const daysAgo = (DAYS_TOLD_APART + (dayOf(at) % DAYS_TOLD_APART) - valueAt(0)) % DAYS_TOLD_APART;
    return { day: dayOf(at) - daysAgo, percent: valueAt(1) + LEAST_PERCENT, minutes: valueAt(2) };
  });
}
