import { RemediationError } from '../core/base/errors.ts';
import type { RegisteredDatabase } from '../core/fleet/registry-item.ts';
import type { LoginTryEvent, TriedLogin } from '../core/fleet/tried-login.ts';
import type { RemediatePorts } from '../remediate/ports.ts';

/** What a proof needs of the function that will log in later. */
export type TryLoginPorts = {
  /** Null where the registry has no such database, or one that cannot be read. Rejects with `registry-unreadable`. */
  readonly readDatabase: (key: string) => Promise<RegisteredDatabase | null>;
  /** Logs in as the role that may signal no session, and out. */
  readonly logIn: (database: RegisteredDatabase) => Promise<TriedLogin>;
  readonly log: RemediatePorts['log'];
};

/**
 * Tries one login by what the registry says, whatever it says of the tag: a proof needs the refusal of IAM. Nothing is read of
 * the database, and no session is ended. @throws RemediationError `event-refused`, `registry-unreadable`.
 */
export async function tryLogin({ database: key }: LoginTryEvent, ports: TryLoginPorts): Promise<TriedLogin> {
  const database = await ports.readDatabase(key);
  const problem = refusalOf(database);
  if (database === null || problem !== null)
    throw new RemediationError('event-refused', `No login to ${key} is tried: ${problem}.`);
  const tried = await ports.logIn(database);
  const { isIn, code } = tried;
  ports.log('login-tried', { database: key, name: database.name, isIn, code });
  return tried;
}

/** The address of a database that is gone may be another one's by now. */
function refusalOf(database: RegisteredDatabase | null): string | null {
  if (database === null) return 'the registry has no such database';
  const { host, standing, why } = database;
  if (standing === 'unsupported' || standing === 'declared') return `it is ${standing}`;
  if (why === 'gone') return 'the API of RDS shows it no more';
  return host === null ? 'it has no address yet' : null;
}
