import { ofStream, withoutRole, withoutTimes } from '../core/trigger/log-lines.ts';
import type { Trigger } from '../core/trigger/trigger.ts';
import type { RemediatePorts } from './ports.ts';

/**
 * What a trigger says that is news: log lines without those of another server that shares the log group, and without
 * those of our own role, which is asked for only when there are any.
 */
export async function relevantTrigger(
  trigger: Trigger,
  logStream: string | null,
  { ownRole }: Pick<RemediatePorts, 'ownRole'>,
): Promise<Trigger> {
  if (trigger.kind !== 'log-lines') return trigger;
  const here = ofStream(trigger, logStream);
  return here.refused.length === 0 ? here : withoutRole(here, await ownRole());
}

/** A trigger as a record keeps it. */
export function toKeptTrigger(trigger: Trigger): Trigger {
  return trigger.kind === 'log-lines' ? withoutTimes(trigger) : trigger;
}
