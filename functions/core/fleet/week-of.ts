const WEEK_MS = 7 * 24 * 3_600_000;
/** The epoch began on a Thursday. */
const A_MONDAY = Date.parse('1970-01-05T06:00:00.000Z');

/** When the week of a moment began: on Monday at 06:00 UTC. All cells sum up their week in its first period. */
export function weekOf(at: number): string {
  return new Date(A_MONDAY + Math.floor((at - A_MONDAY) / WEEK_MS) * WEEK_MS).toISOString();
}
