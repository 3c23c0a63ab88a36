const SOON_MS = 10 * 60_000;
const DAY_MS = 24 * 3_600_000;

/**
 * A moment as a clock shows it in UTC: `01:05 UTC`, with seconds when it is less than ten minutes away from
 * `now`, and with the day when it is a day away. Both in milliseconds since the epoch.
 */
export function nearTime(at: number, now: number): string {
  if (Number.isNaN(new Date(at).getTime())) return 'an unknown time';
  const [day = '', time = ''] = new Date(at).toISOString().split('T');
  const away = Math.abs(now - at);
  const clock = `${time.slice(0, away < SOON_MS ? 8 : 5)} UTC`;
  return away < DAY_MS ? clock : `${day} ${clock}`;
}
