import * as z from 'zod/mini';
import { LOCAL_ADDRESS, parseAddress } from '../base/address.ts';
import { strictObject } from '../base/strict-object.ts';
import { described, MOST, pid, textOrNull, wholeNumber } from './snapshot-fields.ts';
import { statementShape } from './statement-shape.ts';

/**
 * One row of the server's activity view: the source of the type `Session`, of a session in a snapshot file and of one in a
 * kept record. Timestamps are the server's own text: a Date would lose the microseconds. Ages are the server's clock.
 * In a file little is obligatory: what it does not say is unknown and spares the session, but for the facts that its author
 * vouches for by silence.
 *
 * A new fact is `z.optional`, absent where it is unknown: earlier records and files lack it. It is then packed and kept
 * without more.
 */

const ageOrNull = (description: string) => {
  const age = wholeNumber(0, Number.MAX_SAFE_INTEGER, ' or null');
  return described(`${description}, in milliseconds.`, z._default(z.nullable(age), null));
};

const fact = (description: string) => {
  const flag = z.nullable(z.boolean({ error: 'true, false, or null where it could not be read' }));
  return described(
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

/** The names that a policy can name a session by. */
const NAME_FIELDS = ['user', 'database', 'application'] as const;

/** What the text of a session's names does not say. */
const encodedNames = strictObject({
  /** Those with bytes that mean nothing, or that are cut off: what they are is not known for certain. */
  undecoded: described(
    'Names with bytes that mean nothing in the database, "?" in their text, or that are cut off.',
    z._default(
      z.array(z.enum(NAME_FIELDS, { error: NAME_FIELDS.map((field) => `"${field}"`).join(' or ') }), {
        error: 'a list of names',
      }),
      [],
    ),
  ),
  /** The application's name as the server shows it, where that has escapes (16 and newer); else null. */
  application: textOrNull('The application name as the server shows it, with escapes such as \\xc3\\xa9.'),
});

export const sessionShape = {
  /** Names the session as long as it lasts: the server process's id, or the number in `sessionId` where it has one. */
  pid: described('Process id; unknown spares.', z._default(z.nullable(pid), null)),
  /** Where sessions share a pool of threads (GaussDB, openGauss), and an idle one has no thread; else null. */
  sessionId: textOrNull("GaussDB's id of a session in a thread pool, which pid is as well."),
  backendStart: textOrNull("When the session was opened; with the pid it is the session's identity."),
  backendType: textOrNull('"client backend" for clients; unknown spares.'),
  user: textOrNull('Role of the session.'),
  database: textOrNull('Database of the session.'),
  /** Chosen by the client, hence hostile; empty when the client set none. */
  application: described(
    'application_name; empty when the client set none.',
    z._default(z.string({ error: 'a text' }), ''),
  ),
  /** IP address, `local` for a Unix socket, or empty when unknown. */
  address: described(`The client's address: ${ADDRESS}.`, z._default(address, '')),
  /** Text that is no known state stays as it is and is spared as `state`. */
  state: textOrNull('As pg_stat_activity shows it, for example "idle"; unknown spares.'),
  stateChange: textOrNull('When the session came into its state.'),
  stateAgeMs: ageOrNull('How long the session has been in its state; unknown spares'),
  transactionAgeMs: ageOrNull('Age of its transaction'),
  queryAgeMs: ageOrNull('Age of its last statement'),
  waitEvent: textOrNull('What the server process waits for.'),
  /** Of those that hold the lock that it waits for up to three: `locks` has them all. */
  blockedBy: described(
    'Pids of sessions it waits for; "locks" has all of them. 0 is a prepared transaction.',
    z._default(z.array(wholeNumber(0, MOST), { error: 'a list of pids' }), []),
  ),
  /** Null wherever a live snapshot could not read the fact, as the two below. */
  superuser: fact('Whether its role is a superuser.'),
  advisoryLock: fact('Whether it holds a session advisory lock.'),
  temporaryTables: fact('Whether it has temporary tables.'),
  /** The last statement without its literals, see `statement-shape.ts`. */
  lastStatement: described(
    'Its last statement; values in it are dropped when the file is read.',
    z._default(z.nullable(statement), null),
  ),
  /** Absent where the names are plain ASCII, and in kept records, from which nothing is planned. */
  encodedNames: described(
    'Where a name is not plain ASCII: what its text does not say.',
    z.optional(encodedNames),
  ),
};

export const sessionSchema = strictObject(sessionShape);
