import { quoted, RemediationError } from '../core/base/errors.ts';
import { parseEvent } from '../events/parse-event.ts';

/**
 * The moment of the schedule, ISO 8601, UTC. It identifies the digest.
 * @throws RemediationError `event-unknown` for anything else.
 */
export function parseDigestEvent(event: unknown): string {
  const trigger = parseEvent(event);
  const at = trigger.kind === 'schedule' ? Date.parse(trigger.at ?? '') : Number.NaN;
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  const message = `The event is no schedule with its time (found ${quoted(event)}): the digest is made by its schedule.`;
  throw new RemediationError('event-unknown', message);
}
