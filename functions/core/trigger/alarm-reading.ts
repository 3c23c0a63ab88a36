import type { AlarmTrigger } from './trigger.ts';

/** What an alarm's reason says that it saw; null where it says something else, as a human may. */
export type AlarmReading = {
  readonly value: number;
  readonly threshold: number;
  readonly compared: '>' | '>=' | '<' | '<=';
  /** Milliseconds since the epoch, at which the datapoint begins; its minute is what was counted. */
  readonly at: number;
};

/** `… [82.0 (21/11/26 03:14:00)] was greater than the threshold (80.0) …`; the newest datapoint comes first. */
const REASON =
  /\[(-?[\d.]{1,20}(?:E-?\d{1,3})?) \((\d\d)\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d)\)[^\]]{0,2000}\] (?:was|were) (greater|less|lower) than( or equal to)? the threshold \((-?[\d.]{1,20}(?:E-?\d{1,3})?)\)/;

export function alarmReadingOf({ reason }: Pick<AlarmTrigger, 'reason'>): AlarmReading | null {
  const found = REASON.exec(reason.slice(0, MOST_CHARACTERS));
  if (found === null) return null;
  const [, value, day, month, year, time, than, orEqual = '', threshold] = found;
  const at = Date.parse(`20${year}-${month}-${day}T${time}Z`);
  if (Number.isNaN(at)) return null;
  const side = than === 'greater' ? '>' : '<';
  return {
    value: Number(value),
    threshold: Number(threshold),
    compared: orEqual === '' ? side : `${side}=`,
    at,
  };
}

const MOST_CHARACTERS = 4_096;
/** As people call alarms and metrics of refusals. */
const OF_REFUSALS = /refus|reject|too.?many|53300|exhaust/i;

/**
 * Whether an alarm stands for clients that were refused. One that watches something else names its metric; in records from
 * before that, one counts as such whose name says nothing of refusals and whose threshold is no first refusal.
 */
export function isAboutRefusals(trigger: Pick<AlarmTrigger, 'alarm' | 'reason' | 'metric'>): boolean {
  const { metric, alarm } = trigger;
  if (metric !== undefined) return isMetricOfRefusals(metric) || OF_REFUSALS.test(alarm);
  return OF_REFUSALS.test(alarm) || (alarmReadingOf(trigger)?.threshold ?? 0) <= 1;
}

export function isMetricOfRefusals(metric: string): boolean {
  return OF_REFUSALS.test(metric);
}
