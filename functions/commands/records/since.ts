import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30m`, `2h` or `7d` in milliseconds, or null. */
export function durationMs(text: string): number | null {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  return count === undefined ? null : Number(count) * (UNITS[unit] ?? 0);
}

/** `2h`, `7d`, or a day or time in UTC; in milliseconds since the epoch. */
export function sinceTime(text: string, now = Date.now()): number {
  const age = durationMs(text);
  if (age !== null) return now - age;
  const isDay = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?Z?$/.test(text);
  const time = Date.parse(isDay && text.includes('T') && !text.endsWith('Z') ? `${text}Z` : text);
  if (!isDay || Number.isNaN(time))
    throw new InvalidArgumentError(
      'Expected an age such as 2h or 7d, or a time such as 2026-11-21 or 2026-11-21T03:15.',
    );
  return time;
}
