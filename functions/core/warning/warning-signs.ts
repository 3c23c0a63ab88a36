import { type Point, theilSen } from './theil-sen.ts';

/** How many slots were used at one moment, in milliseconds since the epoch. */
export type SlotCountAt = { readonly at: number; readonly used: number; readonly usable: number };

/** The most slots that were used in the last three weeks. 0 where that is not known. */
export type UsualUse = {
  /** Around this hour of the day. */
  readonly highest: number;
  /** The same without the day of the highest: a peak of one day is not usual. */
  readonly onTwoDays: number;
  /** At any hour. */
  readonly everHighest: number;
};

/** Why people are warned. */
export type Sign =
  | { readonly kind: 'tier'; readonly percent: number }
  | { readonly kind: 'forecast'; readonly fullInMs: number; readonly perHour: number };
export type Forecast = Extract<Sign, { kind: 'forecast' }>;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Counts of an hour and some more: older ones say nothing about the present pace. */
const WINDOWS_MS = [10 * MINUTE_MS, 15 * MINUTE_MS, 25 * MINUTE_MS, 40 * MINUTE_MS, HOUR_MS] as const;
/** A line through fewer counts is chance. */
const FEWEST = 3;
/** Scheduled runs are not exactly a period apart. */
const SLACK_MS = MINUTE_MS;
/** A smaller rise fills no server. It is measured in slots, because small servers move by whole sessions. */
const LEAST_RISE = { slots: 4, percent: 5 } as const;
/** Below it there is time, and a start or a deployment looks like a leak. */
export const LEAST_PERCENT = 40;
/** From this tier on people are told even where it is usual. */
export const ALWAYS_TOLD_PERCENT = 95;

/** When all slots will be taken at the pace of the last hour, if that is within an hour. */
export function forecastIn(counts: readonly SlotCountAt[]): Forecast | null {
  const last = counts.at(-1);
  if (last === undefined || last.used * 100 < LEAST_PERCENT * last.usable) return null;
  const rising = WINDOWS_MS.flatMap((windowMs) => paceIn(counts, last, windowMs));
  const [fastest] = rising.toSorted((a, b) => b - a);
  if (fastest === undefined) return null;
  const fullInMs = Math.max(0, last.usable - last.used) / fastest;
  if (fullInMs > HOUR_MS) return null;
  return { kind: 'forecast', fullInMs: Math.round(fullInMs), perHour: Math.round(fastest * HOUR_MS) };
}

/** Slots per millisecond over one window, where it rises steadily until now. */
function paceIn(counts: readonly SlotCountAt[], last: SlotCountAt, windowMs: number): readonly number[] {
  const within = counts.filter(({ at }) => last.at - at <= windowMs + SLACK_MS);
  const [first] = within;
  if (first === undefined || within.length < FEWEST || last.at - first.at < windowMs / 2) return [];
  const least = Math.max(LEAST_RISE.slots, (LEAST_RISE.percent * last.usable) / 100);
  if (last.used - first.used < least) return [];
  const slopes = theilSen(within.map(({ at, used }): Point => ({ at, value: used })));
  if (slopes === null || slopes.low <= 0 || !isStillRising(within, slopes.median)) return [];
  return [slopes.median];
}

/** A deployment rises and stops. The last two steps have to go on at half the pace. */
function isStillRising(counts: readonly SlotCountAt[], pace: number): boolean {
  const [before, between, last] = counts.slice(-3);
  if (before === undefined || between === undefined || last === undefined) return false;
  const goesOn = (from: SlotCountAt, to: SlotCountAt) =>
    to.used - from.used >= (pace * (to.at - from.at)) / 2;
  return goesOn(before, between) && goesOn(between, last);
}

/** For how long the counts have kept the tier until now. Null when the last one is below it. */
export function keptMs(counts: readonly SlotCountAt[], percent: number): number | null {
  const below = counts.findLastIndex(({ used, usable }) => used * 100 < percent * usable);
  const [first, last] = [counts[below + 1], counts.at(-1)];
  return first === undefined || last === undefined ? null : last.at - first.at;
}

/** Whether use has been as high around this hour on two days, so that a rise up to there is no news. */
export function isUsual({ used }: SlotCountAt, usual: UsualUse): boolean {
  return used <= usual.onTwoDays;
}

/** Whether the tier lies inside the range of the same hour. */
export function isUsualTier(percent: number, { usable }: SlotCountAt, usual: UsualUse): boolean {
  return percent < ALWAYS_TOLD_PERCENT && usual.highest * 100 >= percent * usable;
}
