import { RemediationError } from '../core/base/errors.ts';
import { jsonIn } from '../core/base/json-in.ts';
import type { RegisteredDatabase } from '../core/fleet/registry-item.ts';
import { type LoginTryEvent, parseTriedLogin, type TriedLogin } from '../core/fleet/tried-login.ts';
import { askFunction } from './deployed-function.ts';

/**
 * Has the function of a database's network log in to it once.
 * @throws RemediationError `function-unreadable`, also where the function answers something else.
 */
export async function askForLogin(
  { key, network }: Pick<RegisteredDatabase, 'key' | 'network'>,
  region: string,
): Promise<TriedLogin> {
  const name = network?.function ?? '';
  const event: LoginTryEvent = { proof: 1, database: key };
  const { hasFailed, text } = await askFunction(name, region, event, MAX_ATTEMPTS);
  const tried = hasFailed ? null : parseTriedLogin(jsonIn(text));
  if (tried !== null) return tried;
  const message = `${name} did not try a login (${text.slice(0, MOST_TEXT)}): check that its fleet-network has the version of this command, and its log.`;
  throw new RemediationError('function-unreadable', message);
}

/** A new account has few slots of Lambda, and a login may be tried twice. The tag of the database may be away meanwhile. */
const MAX_ATTEMPTS = 4;
/** The trace of an error is longer. */
const MOST_TEXT = 500;
