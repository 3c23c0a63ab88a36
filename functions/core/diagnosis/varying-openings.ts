import type { SessionEvidence } from './evidence.ts';
import { openingsOf, type Steady } from './opening-rate.ts';
import { agesOf } from './suspect.ts';

/** Openings whose rate goes up and down, as with day and night. The rate is the average. */
export type Varying = Steady & {
  /** Sessions an hour in the slowest and in the fastest part of the time. */
  readonly leastPerHour: number;
  readonly mostPerHour: number;
};

const HOUR_MS = 3_600_000;
/** Fewer sessions show no rhythm. */
const FEWEST = 15;
/**
 * The share of sessions in the older half of the time. With day and night the two halves differ. A pool that replaces its
 * sessions has most of them in the younger half.
 */
const IN_OLDER_HALF = { least: 0.35, most: 0.8 } as const;
const IN_BURSTS = 0.5;
/** Sessions in each part of the time, on average, so that a rate of the part can be told. */
const IN_PART = 8;
const MOST_PARTS = 12;

/** Null when they are too few, or look like bursts or like replaced sessions. */
export function varyingOpenings(program: readonly SessionEvidence[]): Varying | null {
  const ages = agesOf(program, 'openedMs').toSorted((a, b) => b - a);
  const [sinceMs = 0, lastMs = 0] = [ages[0], ages.at(-1)];
  const spanMs = sinceMs - lastMs;
  if (ages.length < FEWEST) return null;
  const older = ages.filter((age) => age > lastMs + spanMs / 2).length / ages.length;
  if (older < IN_OLDER_HALF.least || older > IN_OLDER_HALF.most) return null;
  if (openingsOf(ages).inBursts > ages.length * IN_BURSTS) return null;
  const rates = ratesIn(ages, sinceMs, spanMs);
  return {
    perHour: ((ages.length - 1) * HOUR_MS) / spanMs,
    spanMs,
    sessions: ages.length,
    sinceMs,
    lastMs,
    isConstant: false,
    leastPerHour: Math.min(...rates),
    mostPerHour: Math.max(...rates),
  };
}

function ratesIn(ages: readonly number[], sinceMs: number, spanMs: number): readonly number[] {
  const parts = Math.min(MOST_PARTS, Math.max(2, Math.floor(ages.length / IN_PART)));
  const partMs = spanMs / parts;
  const counts = Array.from({ length: parts }, () => 0);
  for (const age of ages) {
    const at = Math.min(parts - 1, Math.floor((sinceMs - age) / partMs));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts.map((count) => (count * HOUR_MS) / partMs);
}
