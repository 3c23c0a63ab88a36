import { ofStream, withoutRole, withoutTimes } from '../core/trigger/log-lines.ts';
import type { Trigger } from '../core/trigger/trigger.ts';
import type { RemediatePorts } from './ports.ts';

/**
 * The part of a trigger that needs a run: log lines without those of other servers that share the log group, and without
 * those of our own role. The name of our role is read only when there are lines.
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
