import * as z from 'zod/mini';
import { described } from '../base/schema-fields.ts';
import { strictObject } from '../base/strict-object.ts';
import { POOLER_KINDS } from './pooler-kind.ts';

/**
 * A *pooler* stands between clients and the server. Its *clients* connect to it, and they share its *sessions*
 * with the server. A *pool* is its sessions for one database and user. The pooler reports these facts in its
 * console. Null stands for what this kind or version of pooler does not report. A snapshot file is read as it
 * was written. In a file that a person writes, few fields are required.
 */

const COUNT = 'a whole number from 0';
const count = z.int({ error: COUNT }).check(z.gte(0, { error: COUNT }));
const orNull = z._default(z.nullable(count), null);
const text = z.string({ error: 'a text' });
const textOrNull = z._default(z.nullable(z.string({ error: 'a text or null' })), null);

const pool = strictObject({
  /** The name that clients use. */
  database: text,
  serverDatabase: described(text, "The server's name for the database."),
  user: text,
  mode: textOrNull,
  /** Without the reserve pool. */
  size: described(orNull, 'The most sessions that it may open.'),
  clientsActive: z._default(count, 0),
  /** Clients that wait for a session. */
  clientsWaiting: orNull,
  sessionsActive: z._default(count, 0),
  /** Open, and lent to no client. */
  sessionsIdle: z._default(count, 0),
  /** How long the first waiting client has waited. */
  longestWaitMs: orNull,
});

/**
 * Clients of the pooler with the same facts. Clients choose their names, so the names are not to be trusted.
 */
const clients = strictObject({
  application: z._default(text, ''),
  user: text,
  database: text,
  /** Empty where the pooler does not report it. */
  address: z._default(text, ''),
  count,
  linked: described(z._default(count, 0), 'How many of them use one of its sessions at the moment.'),
  waiting: z._default(count, 0),
  /** When the first of them connected, as the pooler's clock and text have it. */
  since: textOrNull,
});

/** A session that the pooler has with a server. */
const session = strictObject({
  pid: described(count, "The server's process."),
  user: text,
  /** Null when the session is lent to no client, or when the client is not known. */
  client: described(orNull, 'The place, in clients, of the client that uses it at the moment.'),
});

const settings = strictObject({
  mode: textOrNull,
  defaultPoolSize: orNull,
  minPoolSize: orNull,
  reservePoolSize: orNull,
  mostClients: described(orNull, "PgBouncer's max_client_conn, pgpool's num_init_children."),
  serverIdleTimeoutMs: orNull,
  queryWaitTimeoutMs: orNull,
  poolsPerChild: described(orNull, "pgpool's max_pool."),
  failsOver: described(
    z._default(z.nullable(z.boolean({ error: 'true, false or null' })), null),
    "pgpool's failover_on_backend_shutdown; unknown counts as on.",
  ),
});

/**
 * `pooler-unreadable`: the console did not answer, or refused us. `pooler-full`: the pooler accepts no more
 * clients and refused us too.
 */
const PROBLEMS = ['pooler-unreadable', 'pooler-full'] as const;
const problem = strictObject({
  code: z.enum(PROBLEMS, { error: '"pooler-unreadable" or "pooler-full"' }),
  message: text,
});

const list = <Entry extends z.ZodMiniType>(entry: Entry) =>
  z._default(z.array(entry, { error: 'a list' }), []);

/**
 * Why a console lists only some of the pooler's sessions.
 * - `shared-port`: PgBouncer's `so_reuseport`, with which several processes listen on one port.
 * - `peers`: PgBouncer's `peer_id`, with which several processes forward cancellations to each other.
 * - `pooler-behind`: its sessions lead to another pooler, which has its own sessions with the server.
 * - `no-process-ids`: Odyssey, which lists its sessions without the server's process ids.
 */
const UNLISTED_CAUSES = ['shared-port', 'peers', 'pooler-behind', 'no-process-ids'] as const;

const unlisted = strictObject({
  cause: z.enum(UNLISTED_CAUSES, { error: UNLISTED_CAUSES.map((cause) => `"${cause}"`).join(', ') }),
  addresses: described(list(text), 'Where such sessions come from, beside its own addresses.'),
  unknownHosts: described(
    list(text),
    'Further hosts from which they come. Their addresses could not be found.',
  ),
});

export const poolerSchema = strictObject({
  kind: z.enum(POOLER_KINDS, { error: POOLER_KINDS.map((kind) => `"${kind}"`).join(' or ') }),
  /** Host and port of the console. */
  at: z._default(text, ''),
  addresses: described(list(text), 'Where its sessions are likely to come from.'),
  problem: described(z._default(z.nullable(problem), null), 'Why its console could not be read.'),
  version: textOrNull,
  pools: list(pool),
  clients: list(clients),
  /** All clients, with those that the list leaves out and other users of the console, but without us. */
  clientCount: z._default(count, 0),
  loginsPerSecond: described(
    z.optional(count),
    'Logins of clients, on average over its last stats_period (PgBouncer from 1.26 on).',
  ),
  sessions: described(list(session), 'Its sessions with the server: they are spared.'),
  unlisted: described(
    z._default(z.nullable(unlisted), null),
    'Why its console lists only some of its sessions. The others are spared by their address.',
  ),
  settings: z.prefault(settings, {}),
});

export const poolerOrNull = described(
  z._default(z.nullable(poolerSchema), null),
  'The state of the pooler in front of the server, as its console shows it.',
);
