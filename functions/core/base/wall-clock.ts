/**
 * Whether Node knows the zone by a name, such as `Europe/Berlin`. An offset such as `+01:00` is none: it does not follow
 * summer time, and EventBridge Scheduler refuses it.
 */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    clockOf(name);
    return true;
  } catch {
    return false;
  }
}

/** The minute of the day that clocks in the zone show at this moment. Summer time follows from the zone. */
export function minuteOfDay(atMs: number, zone: string): number {
  const parts = clockOf(zone).formatToParts(atMs);
  const partOf = (type: 'hour' | 'minute') => Number(parts.find((part) => part.type === type)?.value);
  return partOf('hour') * 60 + partOf('minute');
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
}

/** A time of the day, written as `02:00`, in minutes since midnight. Null when the text is none. */
export function minuteOf(text: string): number | null {
  const parts = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return parts === null ? null : Number(parts[1]) * 60 + Number(parts[2]);
}

/** From `from` on and before `to`. A window that ends before it begins goes past midnight. */
export function isBetween(minute: number, from: number, to: number): boolean {
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}
