/** When scheduled runs start, as people write it. */
export type SweepTimes =
  | { readonly kind: 'rate'; readonly everyMinutes: number }
  | { readonly kind: 'cron' }
  /** Only alarms start the function. */
  | { readonly kind: 'off' };

export const SCHEDULE =
  '"rate(5 minutes)", "rate(2 hours)" or "rate(1 day)", at most a day; "cron(0/5 8-18 ? * MON-FRI *)", six fields of which one of the days is "?"; or "off"';

/** Texts that may be a schedule. `parseSchedule` checks them in detail. */
export const SCHEDULE_FORM = /^(off|rate\([1-9]\d{0,3} (minute|hour|day)s?\)|cron\(\S+( \S+){5}\))$/;

const MINUTES = { minute: 1, hour: 60, day: 24 * 60 } as const;
const RATE = /^rate\((\d+) (minute|hour|day)s?\)$/;
const CRON = /^cron\((.+)\)$/;

const PLAIN = /^[\d*,/-]+$/;
/** Minutes, hours, day of month, month, day of week, year, as EventBridge Scheduler has them. */
const CRON_FIELDS = [
  { form: PLAIN, from: 0, to: 59 },
  { form: PLAIN, from: 0, to: 23 },
  { form: /^[\d*,/?LW-]+$/, from: 1, to: 31 },
  { form: /^[\dA-Z*,/-]+$/, from: 1, to: 12 },
  { form: /^[\dA-Z*,/?#-]+$/, from: 1, to: 7 },
  { form: PLAIN, from: 1970, to: 2199 },
] as const;

/** Null for what EventBridge Scheduler would refuse, and for a rate of more than a day. */
export function parseSchedule(text: string): SweepTimes | null {
  if (!SCHEDULE_FORM.test(text)) return null;
  if (text === 'off') return { kind: 'off' };
  const cron = CRON.exec(text)?.[1];
  if (cron !== undefined) return isCron(cron.split(' ')) ? { kind: 'cron' } : null;
  const [, count, unit] = RATE.exec(text) ?? [];
  const everyMinutes = Number(count) * MINUTES[unit as keyof typeof MINUTES];
  return everyMinutes <= MINUTES.day ? { kind: 'rate', everyMinutes } : null;
}

function isCron(fields: readonly string[]): boolean {
  const [, , dayOfMonth, , dayOfWeek] = fields;
  return (
    CRON_FIELDS.every((allowed, at) => isCronField(fields[at] ?? '', allowed)) &&
    (dayOfMonth === '?') !== (dayOfWeek === '?')
  );
}

/** A slash is followed by a step. It may have any size, but must not be missing. */
function isCronField(field: string, { form, from, to }: (typeof CRON_FIELDS)[number]): boolean {
  const [steps, rest] = [field.match(/(?<=\/)\d*/g) ?? [], field.replaceAll(/\/\d*/g, '')];
  const values = rest.match(/\d+/g) ?? [];
  return (
    form.test(field) &&
    steps.every((step) => Number(step) > 0) &&
    values.every((value) => Number(value) >= from && Number(value) <= to)
  );
}

export const TIME_ZONE = 'a time zone such as "Europe/Berlin", beside a cron schedule';
