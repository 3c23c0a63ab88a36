/** Periods look some seconds earlier or later in their hour than the ones before. */
const HOUR_MS = 3_600_000 - 60_000;

/** Whether what is done hourly is due again. A time that cannot be read is long ago. */
export function isHourOld(since: string, now: number): boolean {
  return !(now - Date.parse(since) < HOUR_MS);
}
