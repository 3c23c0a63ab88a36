import type { AlarmTrigger } from './trigger.ts';

/**
 * What the reason of an alarm says about its metric. Null for other reasons, such as one that a person wrote.
 */
export type AlarmReading = {
  readonly value: number;
  readonly threshold: number;
  readonly compared: '>' | '>=' | '<' | '<=';
  /**
   * When the datapoint begins, in milliseconds since the epoch. The alarm counted the minute that begins
   * there.
   */
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
/** Words by which people name alarms and metrics of refusals. */
const OF_REFUSALS = /refus|reject|too.?many|53300|exhaust/i;

/** Words that do not occur in the name of an alarm on the number of sessions. */
const OF_REFUSALS_ALONE = /refus|reject|53300/i;

/**
 * Whether an alarm stands for refused clients. Its metric says so, whatever the alarm is called: many name one on
 * `DatabaseConnections` after too many of them. Older records have no metric: there the alarm counts as one of refusals,
 * unless its name does not mention refusals and its threshold is not that of a first refusal.
 */
export function isAboutRefusals(trigger: Pick<AlarmTrigger, 'alarm' | 'reason' | 'metric'>): boolean {
  const { metric, alarm } = trigger;
  if (metric !== undefined) return isMetricOfRefusals(metric);
  return OF_REFUSALS_ALONE.test(alarm) || (alarmReadingOf(trigger)?.threshold ?? 0) <= 1;
}

export function isMetricOfRefusals(metric: string): boolean {
  return OF_REFUSALS.test(metric);
}
