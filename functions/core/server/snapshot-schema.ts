import * as z from 'zod/mini';
import { WORDED_REFUSALS } from '../base/refusal-kind.ts';
import { describe } from '../base/schema-fields.ts';
import { strictObject } from '../base/strict-object.ts';
import { poolerOrNull } from './pooler-schema.ts';
import { sessionSchema } from './session-schema.ts';
import { integerFrom, MOST, optionalText, processId } from './snapshot-fields.ts';

/** The shape of a snapshot file, and the source of the types of a snapshot. */

const share = strictObject({
  pid: describe('Process id; 0 is a prepared transaction.', integerFrom(0, MOST)),
  mode: describe('As pg_locks shows it, for example "ExclusiveLock".', z.string({ error: 'a text' })),
});
const shares = (description: string) =>
  describe(description, z.array(share, { error: 'a list of pids with their modes' }));

export const lockSchema = strictObject({
  kind: describe('As locktype of pg_locks, for example "tuple".', z.string({ error: 'a text' })),
  holders: shares('The sessions that hold it.'),
  waiters: shares('The sessions that wait for it, in the order in which they began to wait.'),
  waitedMs: describe(
    'For how long one of them has waited for it, the longest, in milliseconds; absent where it is unknown.',
    z.optional(integerFrom(0, Number.MAX_SAFE_INTEGER)),
  ),
});

const slotCount = (description: string, fallback: number) =>
  describe(description, z._default(integerFrom(0, MOST), fallback));

const TEXT = 'a text that is not empty';
const name = z.string({ error: TEXT }).check(z.minLength(1, { error: TEXT }));

const limits = (description: string) => {
  const limit = describe('CONNECTION LIMIT; -1 is none.', integerFrom(-1, MOST));
  const entry = strictObject({ name, limit });
  return describe(description, z._default(z.array(entry, { error: 'a list of limits' }), []));
};

/** The product: `gaussdb` is GaussDB(DWS), GaussDB or openGauss. */
const FLAVORS = ['postgresql', 'gaussdb'] as const;

/** The provider that runs the server. */
const PROVIDERS = ['rds', 'aurora', 'azure', 'google'] as const;

const PROVIDER = `${PROVIDERS.map((provider) => `"${provider}"`).join(', ')} or null`;

const FLAVOR = FLAVORS.map((flavor) => `"${flavor}"`).join(' or ');

/** One coordinator of a distributed server. Each coordinator has its own slots. */
const coordinatorSchema = strictObject({
  name,
  /** Whether we are connected to this one. Only the sessions of that one can be ended from here. */
  isOurs: z.boolean({ error: 'true or false' }),
  /** Sessions with a database and a role, including the server's own. */
  sessions: integerFrom(0, MOST),
  idle: integerFrom(0, MOST),
});

export const serverShape = {
  flavor: z._default(z.enum(FLAVORS, { error: FLAVOR }), 'postgresql'),
  /** On GaussDB the product's name and version. */
  version: describe('As server_version shows it.', z._default(name, 'unknown')),
  provider: describe(
    'The provider that runs the server; null without one, or when unknown.',
    z._default(z.nullable(z.enum(PROVIDERS, { error: PROVIDER })), null),
  ),
  ownPid: describe('The session that took the snapshot.', z._default(z.nullable(processId), null)),
  /** Absent on GaussDB, and in snapshots from before it was read. */
  isReplica: describe('A read replica.', z.optional(z.boolean({ error: 'true or false' }))),
  coordinators: describe(
    "A distributed server's coordinators, each with slots of its own.",
    z.optional(z.array(coordinatorSchema, { error: 'a list of coordinators' })),
  ),
};

/** The server's settings for slots, all in sessions. */
export const slotsShape = {
  max: describe('max_connections, on GaussDB with the reserve on top.', integerFrom(1, MOST)),
  superuserReserved: slotCount('superuser_reserved_connections.', 3),
  reserved: slotCount('reserved_connections (16 and later).', 0),
  providerReserved: slotCount('The reserve of the provider, for example rds.rds_reserved_connections.', 0),
  walSenders: slotCount('max_wal_senders.', 10),
  roles: limits('Roles with a CONNECTION LIMIT.'),
  databases: limits('Databases with a CONNECTION LIMIT.'),
};

/** Refused connection attempts of one kind. */
export const refusalShape = {
  kind: z.enum(WORDED_REFUSALS, { error: WORDED_REFUSALS.map((kind) => `"${kind}"`).join(' or ') }),
  name: optionalText('The role or database that has the limit.'),
  count: integerFrom(1, MOST),
};

/** The connection state of one server at one moment. A file does not say whether our role saw everything. */
export const snapshotFileSchema = strictObject({
  $schema: z.optional(z.string()),
  takenAt: describe(
    "The server's clock when the snapshot was taken.",
    z._default(z.string({ error: 'a text' }), ''),
  ),
  server: z.prefault(strictObject(serverShape), {}),
  slots: strictObject(slotsShape),
  sessions: z.array(sessionSchema, { error: 'a list of sessions' }),
  locks: describe(
    'Locks that sessions wait for; absent where they were not read.',
    z.optional(z.array(lockSchema, { error: 'a list of locks' })),
  ),
  refusals: z._default(z.array(strictObject(refusalShape), { error: 'a list of refusals' }), []),
  pooler: poolerOrNull,
});
