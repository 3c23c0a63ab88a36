import { quoted, RemediationError } from '../core/base/errors.ts';
import { type FleetRunEvent, parseRunEvent } from '../core/fleet/run-event.ts';

/** @throws RemediationError `event-unknown`: nothing is guessed. */
export function requireRunEvent(event: unknown): FleetRunEvent {
  const found = parseRunEvent(event);
  if (found !== null) return found;
  const message = `The event is not one that starts a run of a fleet: found ${quoted(event)}, expected {"fleet":1,"database":KEY,"trigger":"sweep", "refusal" or "alarm","at":TIME}. Check what invokes this function.`;
  throw new RemediationError('event-unknown', message);
}
