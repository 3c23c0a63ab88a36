import { type AttemptOptions, attemptSession } from '../../functions/postgres/connection/attempt.ts';
import type { OpenSession } from '../../functions/postgres/connection/open-session.ts';
import type { Role } from './postgres-server.ts';
import { type Place, targetOf } from './targets.ts';

/** On a slow machine a login takes longer than the product gives one of its tries. */
const PATIENT = { withinMs: 60_000, hangs: () => true };

/** A session as the product opens it, with its one try. Throws if the server does not let it in. */
export async function enterServer(
  place: Place,
  role: Role,
  options: Pick<AttemptOptions, 'startup'> = {},
): Promise<OpenSession> {
  const attempted = await attemptSession(targetOf(place), false, role, { ...PATIENT, ...options });
  if (attempted.kind !== 'in') throw new Error(`Not let in: ${JSON.stringify(attempted)}`);
  return attempted.session;
}
