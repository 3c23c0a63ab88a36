const LONGEST = 28_800;
/** Round durations in seconds. */
const TIDY = [10, 20, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, LONGEST];

/** The longest round duration that is not longer than this. The bounds are round durations too. */
export function tidySeconds(ms: number, least: number, most: number): number {
  const bounded = Math.min(most, Math.max(least, ms / 1_000));
  return TIDY.findLast((seconds) => seconds <= bounded) ?? least;
}

/** The shortest round duration that is longer than this, or the longest one if none is. */
export function tidySecondsAbove(ms: number): number {
  return TIDY.find((seconds) => seconds * 1_000 > ms) ?? LONGEST;
}

/** A duration as the value of a setting: `30s`, `5min`, `1h`. */
export function durationValue(seconds: number): string {
  if (seconds % 3_600 === 0) return `${seconds / 3_600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}min` : `${seconds}s`;
}
