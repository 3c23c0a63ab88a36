import * as z from 'zod/mini';
import { LOCAL_ADDRESS, parseAddress } from '../base/address.ts';
import { describe } from '../base/schema-fields.ts';
import { strictObject } from '../base/strict-object.ts';
import { integerFrom, MOST, optionalText, processId } from './snapshot-fields.ts';
import { statementShape } from './statement-shape.ts';

/**
 * One row of the server's activity view. The type `Session`, sessions in snapshot files and sessions in kept
 * records all come from this schema. Timestamps are the server's own text, because a Date would lose the
 * microseconds. Ages follow the server's clock. In a file few fields are required: what is missing is unknown
 * and spares the session, except for the facts whose default says otherwise.
 *
 * A new fact is `z.optional` and absent where it is unknown, because earlier records and files lack it.
 * Packing and keeping it needs no other change.
 */

const ageOrNull = (description: string) => {
  const age = integerFrom(0, Number.MAX_SAFE_INTEGER, ' or null');
  return describe(`${description}, in milliseconds.`, z._default(z.nullable(age), null));
};

const fact = (description: string) => {
  const flag = z.nullable(z.boolean({ error: 'true, false, or null where it could not be read' }));
  return describe(
    `${description} Null: could not be read, in doubt the session is spared.`,
    z._default(flag, false),
  );
};

const ADDRESS = 'an IP address without a mask, "local" for a Unix socket, or "" where it is unknown';
const address = z.string({ error: ADDRESS }).check(
  z.refine((text) => text === '' || text === LOCAL_ADDRESS || parseAddress(text) !== null, {
    error: ADDRESS,
  }),
);

const statement = z.pipe(z.string({ error: 'a text or null' }), z.transform(statementShape));

/** The names by which a policy can choose a session. */
const NAME_FIELDS = ['user', 'database', 'application'] as const;

/** Facts about a session's names that their text does not show. */
const encodedNames = strictObject({
  /** Names with bytes that cannot be decoded, and names that are cut off. They are not known for certain. */
  undecoded: describe(
    'Names that are cut off, or have bytes that cannot be decoded ("?" in their text).',
    z._default(
      z.array(z.enum(NAME_FIELDS, { error: NAME_FIELDS.map((field) => `"${field}"`).join(' or ') }), {
        error: 'a list of names',
      }),
      [],
    ),
  ),
  /**
   * The application name as the server shows it, when that has escapes (PostgreSQL 16 and newer). Null
   * otherwise.
   */
  application: optionalText('The application name as the server shows it, with escapes such as \\xc3\\xa9.'),
});

export const sessionShape = {
  /**
   * Identifies the session while it lasts: the process id, or the number in `sessionId` where that exists.
   */
  pid: describe('Process id; unknown spares.', z._default(z.nullable(processId), null)),
  /**
   * Set where sessions share a pool of threads (GaussDB, openGauss), so that an idle session has no thread.
   * Null elsewhere.
   */
  sessionId: optionalText("GaussDB's id of a session in a thread pool. The pid is the same number."),
  backendStart: optionalText("When the session was opened; with the pid it is the session's identity."),
  backendType: optionalText('"client backend" for clients; unknown spares.'),
  user: optionalText('Role of the session.'),
  database: optionalText('Database of the session.'),
  /** Clients choose it, so it is not to be trusted. Empty when the client set none. */
  application: describe(
    'application_name; empty when the client set none.',
    z._default(z.string({ error: 'a text' }), ''),
  ),
  /** An IP address, `local` for a Unix socket, or empty when unknown. */
  address: describe(`The client's address: ${ADDRESS}.`, z._default(address, '')),
  /** An unknown state stays as it is, and spares the session for the reason `state`. */
  state: optionalText('As pg_stat_activity shows it, for example "idle"; unknown spares.'),
  stateChange: optionalText('When the session entered its state.'),
  stateAgeMs: ageOrNull('How long the session has been in its state; unknown spares'),
  transactionAgeMs: ageOrNull('Age of its transaction'),
  queryAgeMs: ageOrNull('Age of its last statement'),
  /** Absent where it holds back nothing, and where it was not read. */
  horizonAge: describe(
    'Transactions that began after it: vacuum cannot remove the rows that died since. Absent without a snapshot or a transaction id.',
    z.optional(integerFrom(0, MOST)),
  ),
  waitEvent: optionalText('What the server process waits for.'),
  /** At most three of the sessions that hold the lock. `locks` has all of them. */
  blockedBy: describe(
    'Pids of sessions it waits for; "locks" has all of them. 0 is a prepared transaction.',
    z._default(z.array(integerFrom(0, MOST), { error: 'a list of pids' }), []),
  ),
  /** Null when a live snapshot could not read the fact. The same holds for the next two facts. */
  superuser: fact('Whether its role is a superuser.'),
  advisoryLock: fact('Whether it holds a session advisory lock.'),
  temporaryTables: fact('Whether it has temporary tables.'),
  /** The last statement without its literals: see `statement-shape.ts`. */
  lastStatement: describe(
    'Its last statement; values in it are dropped when the file is read.',
    z._default(z.nullable(statement), null),
  ),
  /** Absent when the names are plain ASCII, and in kept records, which are not used for planning. */
  encodedNames: describe(
    'For names that are not plain ASCII: what their text does not say.',
    z.optional(encodedNames),
  ),
};

export const sessionSchema = strictObject(sessionShape);
