import * as z from 'zod/mini';
import { described } from '../base/schema-fields.ts';
import { strictObject } from '../base/strict-object.ts';
import { POOLER_KINDS, UNLISTED_CAUSES } from './pooler.ts';

/** What a snapshot file says of the server's pooler. It is read back as it was written; by hand, little is obligatory. */

const COUNT = 'a whole number from 0';
const count = z.int({ error: COUNT }).check(z.gte(0, { error: COUNT }));
const orNull = z._default(z.nullable(count), null);
const text = z.string({ error: 'a text' });
const textOrNull = z._default(z.nullable(z.string({ error: 'a text or null' })), null);

const pool = strictObject({
  database: text,
  serverDatabase: described(text, "The server's name for the database."),
  user: text,
  mode: textOrNull,
  size: described(orNull, 'The most sessions that it may open.'),
  clientsActive: z._default(count, 0),
  clientsWaiting: orNull,
  sessionsActive: z._default(count, 0),
  sessionsIdle: z._default(count, 0),
  longestWaitMs: orNull,
});

const clients = strictObject({
  application: z._default(text, ''),
  user: text,
  database: text,
  address: z._default(text, ''),
  count,
  linked: described(z._default(count, 0), 'Those to whom a session is lent.'),
  waiting: z._default(count, 0),
  since: textOrNull,
});

const session = strictObject({
  pid: described(count, "The server's process."),
  user: text,
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

const PROBLEMS = ['pooler-unreadable', 'pooler-full'] as const;
const problem = strictObject({
  code: z.enum(PROBLEMS, { error: '"pooler-unreadable" or "pooler-full"' }),
  message: text,
});

const list = <Entry extends z.ZodMiniType>(entry: Entry) =>
  z._default(z.array(entry, { error: 'a list' }), []);

const unlisted = strictObject({
  cause: z.enum(UNLISTED_CAUSES, { error: UNLISTED_CAUSES.map((cause) => `"${cause}"`).join(', ') }),
  addresses: described(list(text), 'Where such sessions come from, beside its own addresses.'),
  unknownHosts: described(
    list(text),
    'Hosts from which they come as well, whose addresses could not be found.',
  ),
});

const poolerSchema = strictObject({
  kind: z.enum(POOLER_KINDS, { error: '"pgbouncer" or "pgpool"' }),
  at: z._default(text, ''),
  addresses: described(list(text), 'Where its sessions are likely to come from.'),
  problem: described(z._default(z.nullable(problem), null), 'Why it could not be asked.'),
  version: textOrNull,
  pools: list(pool),
  clients: list(clients),
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
