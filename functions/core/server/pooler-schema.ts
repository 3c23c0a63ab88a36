import * as z from 'zod/mini';
import { described } from '../base/schema-fields.ts';
import { strictObject } from '../base/strict-object.ts';
import { POOLER_KINDS } from './pooler-kind.ts';

/**
 * A *pooler* stands between clients and the server: its *clients* connect to it, and its *sessions* with the server are
 * shared among them. A *pool* is its sessions for one database and user. What it says of them it says in its console; null
 * stands wherever this kind of pooler, or this version of it, does not say. A snapshot file is read back as it was written; by
 * hand, little is obligatory.
 */

const COUNT = 'a whole number from 0';
const count = z.int({ error: COUNT }).check(z.gte(0, { error: COUNT }));
const orNull = z._default(z.nullable(count), null);
const text = z.string({ error: 'a text' });
const textOrNull = z._default(z.nullable(z.string({ error: 'a text or null' })), null);

const pool = strictObject({
  /** As its clients call it. */
  database: text,
  serverDatabase: described(text, "The server's name for the database."),
  user: text,
  mode: textOrNull,
  /** Its reserve is not counted. */
  size: described(orNull, 'The most sessions that it may open.'),
  clientsActive: z._default(count, 0),
  /** Clients that wait for a session. */
  clientsWaiting: orNull,
  sessionsActive: z._default(count, 0),
  /** Open and lent to no client. */
  sessionsIdle: z._default(count, 0),
  /** How long the first of the waiting clients has waited. */
  longestWaitMs: orNull,
});

/** Clients of the pooler that are alike. Names are the clients' own choice, hence hostile. */
const clients = strictObject({
  application: z._default(text, ''),
  user: text,
  database: text,
  /** Empty where the pooler does not say. */
  address: z._default(text, ''),
  count,
  linked: described(z._default(count, 0), 'Those to whom a session is lent.'),
  waiting: z._default(count, 0),
  /** When the first of them came, by the pooler's clock and in its own words. */
  since: textOrNull,
});

/** A session that the pooler has with a server. */
const session = strictObject({
  pid: described(count, "The server's process."),
  user: text,
  /** Null where it is lent to no client, or where it is not known to which. */
  client: described(orNull, 'The place in clients of the one to whom it is lent.'),
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

/** `pooler-unreadable`: the console did not answer, or not us. `pooler-full`: it refused us as one client too many. */
const PROBLEMS = ['pooler-unreadable', 'pooler-full'] as const;
const problem = strictObject({
  code: z.enum(PROBLEMS, { error: '"pooler-unreadable" or "pooler-full"' }),
  message: text,
});

const list = <Entry extends z.ZodMiniType>(entry: Entry) =>
  z._default(z.array(entry, { error: 'a list' }), []);

/**
 * Why a console lists some of the pooler's sessions only. `shared-port`: PgBouncer's `so_reuseport`, with which several
 * processes listen on one port. `peers`: PgBouncer's `peer_id`, with which several processes pass on each other's
 * cancellations. `pooler-behind`: its sessions lead to another pooler, which has sessions of its own with the server.
 */
const UNLISTED_CAUSES = ['shared-port', 'peers', 'pooler-behind'] as const;

const unlisted = strictObject({
  cause: z.enum(UNLISTED_CAUSES, { error: UNLISTED_CAUSES.map((cause) => `"${cause}"`).join(', ') }),
  addresses: described(list(text), 'Where such sessions come from, beside its own addresses.'),
  unknownHosts: described(
    list(text),
    'Hosts from which they come as well, whose addresses could not be found.',
  ),
});

export const poolerSchema = strictObject({
  kind: z.enum(POOLER_KINDS, { error: '"pgbouncer" or "pgpool"' }),
  /** Host and port of its console. */
  at: z._default(text, ''),
  addresses: described(list(text), 'Where its sessions are likely to come from.'),
  problem: described(z._default(z.nullable(problem), null), 'Why it could not be asked.'),
  version: textOrNull,
  pools: list(pool),
  clients: list(clients),
  /** Clients in all, with those at the end of a long list and others that look into the console; without us. */
  clientCount: z._default(count, 0),
  sessions: described(list(session), 'Its sessions with the server: they are spared.'),
  unlisted: described(
    z._default(z.nullable(unlisted), null),
    'Why its console lists some of its sessions only: the others are spared by their address.',
  ),
  settings: z.prefault(settings, {}),
});

export const poolerOrNull = described(
  z._default(z.nullable(poolerSchema), null),
  'What the pooler in front of the server said of itself.',
);
