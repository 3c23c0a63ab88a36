/** One value at one moment, in milliseconds. */
export type Point = { readonly at: number; readonly value: number };

/**
 * The slopes between all pairs of points, per millisecond: the median, and the lower quartile. Theil and Sen's median
 * does not move for a few outliers. Null without two moments.
 */
export function theilSen(points: readonly Point[]): { readonly median: number; readonly low: number } | null {
  const slopes: number[] = [];
  for (const [index, one] of points.entries())
    for (const other of points.slice(index + 1))
      if (other.at > one.at) slopes.push((other.value - one.value) / (other.at - one.at));
  slopes.sort((a, b) => a - b);
  const at = (share: number) => slopes[Math.floor((slopes.length - 1) * share)];
  const [median, low] = [at(0.5), at(0.25)];
  return median === undefined || low === undefined ? null : { median, low };
}
