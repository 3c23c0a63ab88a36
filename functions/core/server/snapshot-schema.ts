import * as z from 'zod/mini';
import { LOCAL_ADDRESS, parseAddress } from '../base/address.ts';
import { WORDED_REFUSALS } from '../base/refusal-kind.ts';
import { strictObject } from '../base/strict-object.ts';
import { poolerOrNull } from './pooler-schema.ts';
import type { NameField } from './session.ts';
import { FLAVORS, PROVIDERS } from './snapshot.ts';
import { statementShape } from './statement-shape.ts';

/**
 * The shape of a snapshot file. Little is obligatory: what a session does not say is unknown and spares it, except for
 * facts that the author vouches for by silence (superuser, advisory lock, temporary tables). A live snapshot that could
 * not read those says null. A schema's error text says what is allowed there.
 */

/** PostgreSQL's own numbers are 32-bit integers. */
const MOST = 2_147_483_647;

function described<Schema extends z.ZodMiniType>(description: string, schema: Schema): Schema {
  z.globalRegistry.add(schema, { description });
  return schema;
}

function wholeNumber(least: number, most: number, orNull = '') {
  const error = `a whole number ${most <= MOST ? `from ${least} to ${most}` : `from ${least}`}${orNull}`;
  return z.int({ error }).check(z.gte(least, { error }), z.lte(most, { error }));
}

const slotCount = (description: string, fallback: number) =>
  described(description, z._default(wholeNumber(0, MOST), fallback));

const textOrNull = (description: string) =>
  described(description, z._default(z.nullable(z.string({ error: 'a text or null' })), null));

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

/** GaussDB's threads have 64-bit ids. */
const pid = wholeNumber(1, Number.MAX_SAFE_INTEGER, ' or null');
const statement = z.pipe(z.string({ error: 'a text or null' }), z.transform(statementShape));

const NAME_FIELDS = ['user', 'database', 'application'] as const satisfies readonly NameField[];

const encodedNamesSchema = strictObject({
  undecoded: described(
    'Names with bytes that mean nothing in the database, "?" in their text, or that are cut off.',
    z._default(
      z.array(z.enum(NAME_FIELDS, { error: NAME_FIELDS.map((field) => `"${field}"`).join(' or ') }), {
        error: 'a list of names',
      }),
      [],
    ),
  ),
  application: textOrNull('The application name as the server shows it, with escapes such as \\xc3\\xa9.'),
});

const sessionSchema = strictObject({
  pid: described('Process id; unknown spares.', z._default(z.nullable(pid), null)),
  sessionId: textOrNull("GaussDB's id of a session in a thread pool, which pid is as well."),
  backendStart: textOrNull("When the session was opened; with the pid it is the session's identity."),
  backendType: textOrNull('"client backend" for clients; unknown spares.'),
  user: textOrNull('Role of the session.'),
  database: textOrNull('Database of the session.'),
  application: described(
    'application_name; empty when the client set none.',
    z._default(z.string({ error: 'a text' }), ''),
  ),
  address: described(`The client's address: ${ADDRESS}.`, z._default(address, '')),
  state: textOrNull('As pg_stat_activity shows it, for example "idle"; unknown spares.'),
  stateChange: textOrNull('When the session came into its state.'),
  stateAgeMs: ageOrNull('How long the session has been in its state; unknown spares'),
  transactionAgeMs: ageOrNull('Age of its transaction'),
  queryAgeMs: ageOrNull('Age of its last statement'),
  waitEvent: textOrNull('What the server process waits for.'),
  blockedBy: described(
    'Pids of sessions it waits for; "locks" has all of them. 0 is a prepared transaction.',
    z._default(z.array(wholeNumber(0, MOST), { error: 'a list of pids' }), []),
  ),
  superuser: fact('Whether its role is a superuser.'),
  advisoryLock: fact('Whether it holds a session advisory lock.'),
  temporaryTables: fact('Whether it has temporary tables.'),
  lastStatement: described(
    'Its last statement; values in it are dropped when the file is read.',
    z._default(z.nullable(statement), null),
  ),
  encodedNames: described(
    'Where a name is not plain ASCII: what its text does not say.',
    z.optional(encodedNamesSchema),
  ),
});

const share = strictObject({
  pid: described('Process id; 0 is a prepared transaction.', wholeNumber(0, MOST)),
  mode: described('As pg_locks shows it, for example "ExclusiveLock".', z.string({ error: 'a text' })),
});
const shares = (description: string) =>
  described(description, z.array(share, { error: 'a list of pids with their modes' }));

const lockSchema = strictObject({
  kind: described('As locktype of pg_locks, for example "tuple".', z.string({ error: 'a text' })),
  holders: shares('Who has it.'),
  waiters: shares('Who waits for it, in the order in which they began to.'),
});

const TEXT = 'a text that is not empty';
const name = z.string({ error: TEXT }).check(z.minLength(1, { error: TEXT }));

const limits = (description: string) => {
  const limit = described('CONNECTION LIMIT; -1 is none.', wholeNumber(-1, MOST));
  const entry = strictObject({ name, limit });
  return described(description, z._default(z.array(entry, { error: 'a list of limits' }), []));
};

const PROVIDER = `${PROVIDERS.map((provider) => `"${provider}"`).join(', ')} or null`;

const FLAVOR = FLAVORS.map((flavor) => `"${flavor}"`).join(' or ');

const coordinatorSchema = strictObject({
  name,
  isOurs: z.boolean({ error: 'true or false' }),
  sessions: wholeNumber(0, MOST),
  idle: wholeNumber(0, MOST),
});

const serverSchema = strictObject({
  flavor: z._default(z.enum(FLAVORS, { error: FLAVOR }), 'postgresql'),
  version: described('As server_version shows it.', z._default(name, 'unknown')),
  provider: described(
    'Who runs the server; null is nobody else, or unknown.',
    z._default(z.nullable(z.enum(PROVIDERS, { error: PROVIDER })), null),
  ),
  ownPid: described('The session that took the snapshot.', z._default(z.nullable(pid), null)),
  isReplica: described('A read replica.', z.optional(z.boolean({ error: 'true or false' }))),
  coordinators: described(
    "A distributed server's coordinators, each with slots of its own.",
    z.optional(z.array(coordinatorSchema, { error: 'a list of coordinators' })),
  ),
});

const slotsSchema = strictObject({
  max: described('max_connections, on GaussDB with the reserve on top.', wholeNumber(1, MOST)),
  superuserReserved: slotCount('superuser_reserved_connections.', 3),
  reserved: slotCount('reserved_connections (16 and later).', 0),
  providerReserved: slotCount(
    'What the provider keeps for itself, for example rds.rds_reserved_connections.',
    0,
  ),
  walSenders: slotCount('max_wal_senders.', 10),
  roles: limits('Roles with a CONNECTION LIMIT.'),
  databases: limits('Databases with a CONNECTION LIMIT.'),
});

const refusalSchema = strictObject({
  kind: z.enum(WORDED_REFUSALS, { error: WORDED_REFUSALS.map((kind) => `"${kind}"`).join(' or ') }),
  name: textOrNull('The role or database whose limit refused.'),
  count: wholeNumber(1, MOST),
});

export const snapshotFileSchema = strictObject({
  $schema: z.optional(z.string()),
  takenAt: described(
    "The server's clock when the snapshot was taken.",
    z._default(z.string({ error: 'a text' }), ''),
  ),
  server: z.prefault(serverSchema, {}),
  slots: slotsSchema,
  sessions: z.array(sessionSchema, { error: 'a list of sessions' }),
  locks: described(
    'Locks that sessions wait for; absent where they were not read.',
    z.optional(z.array(lockSchema, { error: 'a list of locks' })),
  ),
  refusals: z._default(z.array(refusalSchema, { error: 'a list of refusals' }), []),
  pooler: poolerOrNull,
});
