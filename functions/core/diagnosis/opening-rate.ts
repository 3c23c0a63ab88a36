import { medianOf } from '../base/median.ts';

/** How a program opened its sessions, by their ages. */
export type Openings = {
  /** How many were opened in bursts: several at once, as a pool opens them when its process starts. */
  readonly inBursts: number;
  readonly bursts: number;
  /** From the first to the last opening, in milliseconds. */
  readonly spanMs: number;
  /** Null when there is no steady rate. */
  readonly steady: Steady | null;
};

/** A steady rate. It leaves out bursts, and sessions from before it became steady. */
export type Steady = {
  readonly perHour: number;
  readonly spanMs: number;
  readonly sessions: number;
  /** How many milliseconds ago the first and the last of them were opened. */
  readonly sinceMs: number;
  readonly lastMs: number;
  /** Whether chance explains how uneven they are. Otherwise the rate went up and down, and `perHour` is its middle. */
  readonly isConstant: boolean;
};

const HOUR_MS = 3_600_000;
/** Fewer sessions at once may be chance. */
const BURST = 4;
/**
 * Openings with smaller gaps are one burst. The gap is a tenth of the mean gap among the younger half. Where
 * most gaps are short, it is at most two seconds, because a quick leak that filled the server long ago is no
 * burst.
 */
const BURST_GAP = { ofMean: 0.1, ofMedian: 0.15, leastMs: 150, mostMs: 2_000 } as const;
/**
 * A line through fewer points proves nothing. Where older sessions are left out, a few out of many could fit
 * by chance.
 */
const FEWEST = 6;
const FEWEST_OF_PART = 10;
/** A pool that opens its sessions needs less time. Evenly opened sessions over a longer time are a leak. */
const QUICK_SPAN_MS = 10_000;
/** Each of this number of longest pauses is tried as the moment at which the openings became steady. */
const PAUSES_TRIED = 8;

/**
 * Fits a rate to the openings of the sessions that still exist. Bursts are left out, because they are no
 * rate. Sessions that have ended are missing, so that the rate is that of kept sessions. `ages` are in
 * milliseconds, in any order.
 */
export function openingsOf(ages: readonly number[]): Openings {
  const times = ages.map((age) => -age).sort((a, b) => a - b);
  const runs = runsOf(times);
  const bursts = runs.filter(({ length }) => length >= BURST);
  // The last session of a burst stays, because the steady openings may continue from it.
  const single = runs.flatMap((run) => (run.length >= BURST ? run.slice(-1) : run));
  return {
    inBursts: bursts.reduce((sum, { length }) => sum + length, 0),
    bursts: bursts.length,
    spanMs: spanOf(times),
    steady: steadyIn(single) ?? steadyLately(single, 0) ?? steadyLately(times, QUICK_SPAN_MS),
  };
}

/** The oldest first. Each run has the sessions that were opened without a pause. */
function runsOf(times: readonly number[]): readonly (readonly number[])[] {
  // Of the younger half: a few much older sessions would make the mean too long.
  const half = Math.floor(times.length / 2);
  const mean = -(times[half] ?? 0) / Math.max(1, times.length - half);
  const median = medianOf(times.slice(1).map((time, at) => time - (times[at] ?? time))) ?? 0;
  const { ofMean, ofMedian, leastMs, mostMs } = BURST_GAP;
  const gap = Math.min(Math.max(mostMs, ofMedian * median), Math.max(leastMs, ofMean * mean));
  const runs: number[][] = [];
  let before = Number.NEGATIVE_INFINITY;
  for (const time of times) {
    if (time - before <= gap) runs.at(-1)?.push(time);
    else runs.push([time]);
    before = time;
  }
  return runs;
}

/**
 * The longest steady part at the end of the list, with at least half of the sessions: older sessions of the
 * program say nothing about the rate. Beside these a quick leak looks like bursts. A pool opens its sessions
 * in less than `leastSpanMs`.
 */
function steadyLately(times: readonly number[], leastSpanMs: number): Steady | null {
  const half = Math.floor(times.length / 2);
  const starts = times
    .map((time, at) => ({ at, pause: time - (times[at - 1] ?? time) }))
    .filter(({ at }) => at > 0 && at <= half && times.length - at >= FEWEST_OF_PART)
    .toSorted((a, b) => b.pause - a.pause)
    .slice(0, PAUSES_TRIED)
    .toSorted((a, b) => a.at - b.at);
  for (const { at } of starts) {
    const steady = steadyIn(times.slice(at));
    if (steady !== null && steady.spanMs >= leastSpanMs) return steady;
  }
  return null;
}

function steadyIn(times: readonly number[]): Steady | null {
  const spanMs = spanOf(times);
  const count = times.length;
  if (count < FEWEST || spanMs <= 0) return null;
  const uneven = unevenness(times);
  const byChance = mostByChance(count);
  // No real rate is constant: a large leak is no less steady than a small one.
  if (uneven > Math.max(byChance, LEAST_ALLOWED)) return null;
  const perHour = rateOf(times);
  if (perHour === null) return null;
  const [sinceMs, lastMs] = [-(times[0] ?? 0), -(times.at(-1) ?? 0)];
  return { perHour, spanMs, sessions: count, sinceMs, lastMs, isConstant: uneven <= byChance };
}

/** The median of the slopes between sessions that are half the list apart. A few outliers do not move it. */
function rateOf(times: readonly number[]): number | null {
  const half = Math.floor(times.length / 2);
  const gaps = times.slice(half).map((time, at) => (time - (times[at] ?? time)) / half);
  const gapMs = medianOf(gaps) ?? 0;
  return gapMs <= 0 ? null : HOUR_MS / gapMs;
}

/**
 * How far the sessions are from an even distribution between the first and the last: 0 when they are even, at
 * most 1 (Kolmogorov-Smirnov).
 */
function unevenness(times: readonly number[]): number {
  const [first = 0] = times;
  const span = spanOf(times);
  return Math.max(...times.map((time, at) => Math.abs((time - first) / span - at / (times.length - 1))));
}

/** Sessions that are opened at random at a constant rate hardly ever exceed this. */
function mostByChance(count: number): number {
  return 0.05 + 1 / Math.sqrt(count);
}

const LEAST_ALLOWED = 0.28;

function spanOf(times: readonly number[]): number {
  return (times.at(-1) ?? 0) - (times[0] ?? 0);
}
