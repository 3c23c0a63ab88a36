import { medianOf } from '../base/median.ts';

/** How sessions came to be there, by how long ago each was opened. */
export type Openings = {
  /** How many came in bursts: several at once, as a pool opens them when its process starts. */
  readonly inBursts: number;
  readonly bursts: number;
  /** From the first to the last of them, milliseconds. */
  readonly spanMs: number;
  /** Null where nothing steady shows. */
  readonly steady: Steady | null;
};

/** Without what came in bursts, and without what was there before it became steady. */
export type Steady = {
  readonly perHour: number;
  readonly spanMs: number;
  readonly sessions: number;
  /** How long ago the first and the last of them were opened, milliseconds. */
  readonly sinceMs: number;
  readonly lastMs: number;
};

const HOUR_MS = 3_600_000;
/** Fewer sessions at once are chance. */
const BURST = 4;
/**
 * Openings so near to each other are one burst: a tenth of the mean distance since the first, but no more than two seconds
 * where they mostly follow one another faster than that: a quick leak that filled the server long ago is no burst.
 */
const BURST_GAP = { ofMean: 0.1, ofMedian: 0.15, leastMs: 150, mostMs: 2_000 } as const;
/** A line through fewer points says nothing; where older ones are left out, a few of many would pass by chance. */
const FEWEST = 6;
const FEWEST_OF_PART = 10;
/** No pool takes so long to open for as long as its openings are as even as those of a leak. */
const QUICK_SPAN_MS = 10_000;
/** So many of the longest pauses are tried as the moment from which openings are steady. */
const PAUSES_TRIED = 8;

/**
 * Fits a rate to when the sessions that are still there were opened. Bursts are left out, for they are no rate; sessions that
 * have ended since make it what is kept, not what is opened. `ages` are milliseconds, in any order.
 */
export function openingsOf(ages: readonly number[]): Openings {
  const times = ages.map((age) => -age).sort((a, b) => a - b);
  const runs = runsOf(times);
  const bursts = runs.filter(({ length }) => length >= BURST);
  // The last of a burst stands for it: what is steady may go on from there.
  const single = runs.flatMap((run) => (run.length >= BURST ? run.slice(-1) : run));
  return {
    inBursts: bursts.reduce((sum, { length }) => sum + length, 0),
    bursts: bursts.length,
    spanMs: spanOf(times),
    steady: steadyIn(single) ?? steadyLately(single, 0) ?? steadyLately(times, QUICK_SPAN_MS),
  };
}

/** Oldest first; each run is what was opened without a pause. */
function runsOf(times: readonly number[]): readonly (readonly number[])[] {
  const mean = -(times[0] ?? 0) / times.length;
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
 * The longest last part that is steady, of at least half of them: older sessions of the same program say nothing of it. Beside
 * those a quick leak looks like bursts; what takes at least `leastSpanMs` is none.
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
  if (count < FEWEST || spanMs <= 0 || unevenness(times) > mostUneven(count)) return null;
  const perHour = rateOf(times);
  if (perHour === null) return null;
  return { perHour, spanMs, sessions: count, sinceMs: -(times[0] ?? 0), lastMs: -(times.at(-1) ?? 0) };
}

/** The slopes between sessions half the list apart: a few that are out of line do not move their median. */
function rateOf(times: readonly number[]): number | null {
  const half = Math.floor(times.length / 2);
  const gaps = times.slice(half).map((time, at) => (time - (times[at] ?? time)) / half);
  const gapMs = medianOf(gaps) ?? 0;
  return gapMs <= 0 ? null : HOUR_MS / gapMs;
}

/** How far the sessions are from lying evenly between the first and the last: 0 when they do, 1 at most (Kolmogorov-Smirnov). */
function unevenness(times: readonly number[]): number {
  const [first = 0] = times;
  const span = spanOf(times);
  return Math.max(...times.map((time, at) => Math.abs((time - first) / span - at / (times.length - 1))));
}

/** What chance alone hardly exceeds where sessions come at random, at a rate that stays the same. */
function mostUneven(count: number): number {
  return 0.05 + 1 / Math.sqrt(count);
}

function spanOf(times: readonly number[]): number {
  return (times.at(-1) ?? 0) - (times[0] ?? 0);
}
