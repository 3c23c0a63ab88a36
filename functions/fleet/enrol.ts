import { RemediationError } from '../core/base/errors.ts';
import { parseDatabaseKey } from '../core/fleet/database-key.ts';
import { modeOfTag } from '../core/fleet/database-tags.ts';
import { enrolSql } from '../core/fleet/enrol-sql.ts';
import type { RegisteredDatabase } from '../core/fleet/registry-item.ts';

/** Which database to enrol, and the secret of its master user. Nothing else of an event is read. */
export type EnrolRequest = { readonly database: string; readonly secret: string; readonly isUndone: boolean };

export type EnrolPorts = {
  /** Null where the registry has no such database. */
  readonly readDatabase: (key: string) => Promise<RegisteredDatabase | null>;
  /** Runs statements in one session, those of the server's major version. */
  readonly run: (
    address: { readonly host: string; readonly port: number },
    secret: string,
    statementsOf: (version: number) => readonly string[],
  ) => Promise<{ readonly version: number; readonly ran: number }>;
  readonly log: (event: string, fields: Readonly<Record<string, unknown>>) => void;
};

export type Enrolled = {
  readonly database: string;
  readonly name: string;
  readonly version: number;
  readonly ran: number;
};

const SECRET = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+$/;

/** @throws RemediationError `event-unknown`. */
export function parseEnrolRequest(event: unknown): EnrolRequest {
  const { database, secret, undo } = (event ?? {}) as Readonly<Record<string, unknown>>;
  const isKey = typeof database === 'string' && parseDatabaseKey(database) !== null;
  if (isKey && typeof secret === 'string' && SECRET.test(secret))
    return { database, secret, isUndone: undo === true };
  const message =
    'Enrolment needs {"database": "VPC-ID#db-…", "secret": "ARN of the master user\'s secret"}, and takes "undo": true. Nothing was done.';
  throw new RemediationError('event-unknown', message);
}

/**
 * Makes the roles of a fleet on one database, or drops them. The address is that of the registry: an event cannot send a
 * password elsewhere. A database without the tag is left alone.
 * @throws RemediationError `event-refused`, or what the session says.
 */
export async function enrol(request: EnrolRequest, ports: EnrolPorts): Promise<Enrolled> {
  const { database: key, secret, isUndone } = request;
  const database = await ports.readDatabase(key);
  const problem = refusalOf(database);
  if (database === null || problem !== null)
    throw new RemediationError('event-refused', `${key} is not enrolled: ${problem}. Nothing was done.`);
  const { host, port, name } = database;
  const address = { host: host ?? '', port: port ?? 5432 };
  const statementsOf = (version: number) => enrolSql(version)[isUndone ? 'undo' : 'statements'];
  const { version, ran } = await ports.run(address, secret, statementsOf);
  ports.log(isUndone ? 'enrolment-undone' : 'enrolled', { database: key, name, version, ran });
  return { database: key, name, version, ran };
}

function refusalOf(database: RegisteredDatabase | null): string | null {
  if (database === null) return 'the registry has no such database';
  const { tag, standing, host } = database;
  if (modeOfTag(tag) === 'off') return `its tag is ${tag}, and its owners have not asked for it`;
  if (standing === 'unsupported' || standing === 'declared') return `it is ${standing}`;
  return host === null ? 'it has no address yet' : null;
}
