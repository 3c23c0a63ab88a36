const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Steps between labels that a reader can count in, in milliseconds. */
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((each) => each * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((each) => each * MINUTE),
  ...[1, 2, 3, 6, 12].map((each) => each * HOUR),
  ...[1, 2, 7, 14, 28].map((each) => each * DAY),
];

/**
 * Round times between two moments, at most so many and at least one step apart, in milliseconds since the epoch. The axis
 * of a chart has its labels there. Empty when the moments lie within a second of UTC.
 */
export function timeTicks(from: number, to: number, most: number): readonly number[] {
  const step = STEPS.find((each) => (to - from) / each <= most) ?? Math.ceil((to - from) / most / DAY) * DAY;
  const first = Math.ceil(from / step) * step;
  const count = Math.min(most, Math.floor((to - first) / step) + 1);
  return Array.from({ length: Math.max(0, count) }, (_, at) => first + at * step);
}
