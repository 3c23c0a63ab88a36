import { cleanName } from '../../core/base/clean-text.ts';
import { alarmReadingOf, isAboutRefusals } from '../../core/trigger/alarm-reading.ts';
import type { AlarmTrigger, Trigger } from '../../core/trigger/trigger.ts';

/** What an alarm stands for: `clients refused`, or its own reading such as `DatabaseConnections 82 > 80`. */
export function alarmText(alarm: AlarmTrigger): string {
  return isAboutRefusals(alarm) ? 'clients refused' : seenText(alarm);
}

/** An alarm that is not about refusals. Null for all other triggers. */
export function otherAlarm(trigger: Trigger): AlarmTrigger | null {
  return trigger.kind === 'alarm' && !isAboutRefusals(trigger) ? trigger : null;
}

export function seenText(alarm: AlarmTrigger): string {
  const metric = alarm.metric === undefined ? null : cleanName(alarm.metric, 80);
  const reading = alarmReadingOf(alarm);
  if (reading === null) return metric ?? 'it went off';
  const { value, compared, threshold } = reading;
  return `${metric === null ? '' : `${metric} `}${value} ${compared} ${threshold}`;
}
