import { parseSchedule } from './schedule-text.ts';

const DAYS = 30;
const WEEK = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const;
const YEAR = 12;

/**
 * How many scheduled runs a month of 30 days has, at most. Without a schedule a daily event keeps the function active.
 * Fields of a cron expression with `L`, `W` or `#` count as every day.
 */
export function runsAMonth(schedule: string): number {
  const parsed = parseSchedule(schedule);
  if (parsed === null || parsed.kind === 'off') return DAYS;
  if (parsed.kind === 'rate') return (DAYS * 24 * 60) / parsed.everyMinutes;
  const [minutes = '*', hours = '*', dayOfMonth = '*', months = '*', dayOfWeek = '*'] = schedule
    .slice('cron('.length, -1)
    .split(' ');
  const days = (valuesIn(dayOfMonth, 1, 31) / 31) * (valuesIn(dayOfWeek, 1, 7) / 7) * DAYS;
  return valuesIn(minutes, 0, 59) * valuesIn(hours, 0, 23) * days * (valuesIn(months, 1, YEAR) / YEAR);
}

/** How many values a field of a cron expression stands for. */
function valuesIn(field: string, from: number, to: number): number {
  const all = to - from + 1;
  if (/[LW#?]/.test(numbered(field))) return all;
  const values = new Set(
    numbered(field)
      .split(',')
      .flatMap((part) => valuesOf(part, from, to)),
  );
  return values.size;
}

function valuesOf(part: string, from: number, to: number): readonly number[] {
  const [range = '*', step] = part.split('/');
  const [first = '', last] = range === '*' ? [String(from), String(to)] : range.split('-');
  // `5/10` begins at 5, and goes on to the end of the field.
  const end = last ?? (step === undefined ? first : String(to));
  const length = Math.max(0, Number(end) - Number(first) + 1);
  const by = Number(step ?? 1);
  return Array.from({ length: Math.ceil(length / by) }, (_, at) => Number(first) + at * by);
}

/** Days of the week and months as numbers. */
function numbered(field: string): string {
  return WEEK.reduce((text, day, at) => text.replaceAll(day, String(at + 1)), field).replaceAll(
    /[A-Z]{3}/g,
    (month) => String('JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC'.indexOf(month) / 3 + 1),
  );
}
