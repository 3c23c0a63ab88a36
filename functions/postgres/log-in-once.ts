import type { Connecting } from '../core/run/record.ts';
import { openSession } from './connection/connect.ts';
import { newPace } from './connection/pace.ts';
import type { CredentialSource, Target } from './connection/target.ts';

/** The agent that checks tokens may be slow once. Each refusal is a line in the server's log. */
const TRIES = 3;

/** Whether credentials are let in, and what the server answers where they are not. The session ends at once. */
export async function logInOnce(
  target: Target,
  source: CredentialSource,
  deadline: number,
): Promise<{ readonly isIn: boolean; readonly code: string | null } & Pick<Connecting, 'refusals'>> {
  // Without an eager try the second one would wait for half of the time.
  const pace = newPace({ eagerTries: 1, mostTries: TRIES });
  const { session, problem, connecting } = await openSession(target, source, deadline, { pace });
  await session?.close();
  return { isIn: session !== null, code: problem?.code ?? null, refusals: connecting.refusals };
}
