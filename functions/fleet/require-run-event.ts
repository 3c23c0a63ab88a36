import { quoted, RemediationError } from '../core/base/errors.ts';
import { type FleetRunEvent, parseRunEvent } from '../core/fleet/run-event.ts';
import { type LoginTryEvent, parseLoginTry } from '../core/fleet/tried-login.ts';

/**
 * An event that is both is the one that ends no session.
 * @throws RemediationError `event-unknown`: nothing is guessed.
 */
export function requireRunEvent(event: unknown): FleetRunEvent | LoginTryEvent {
  const found = parseLoginTry(event) ?? parseRunEvent(event);
  if (found !== null) return found;
  const message = `The event is not one that starts a run of a fleet: found ${quoted(event)}, expected {"fleet":1,"database":KEY,"trigger":"sweep", "refusal" or "alarm","at":TIME}, or {"proof":1,"database":KEY}. Check what invokes this function.`;
  throw new RemediationError('event-unknown', message);
}
