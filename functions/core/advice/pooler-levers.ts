import type { ClientTechnology } from '../server/client-technology.ts';
import type { PoolerState } from '../server/pooler.ts';
import { POOLER_NAMES } from '../server/pooler-kind.ts';
import type { Session } from '../server/session.ts';

/** What a pooler calls the settings that bound its sessions, by its documents or sources. */
type Levers = {
  /** Where it is said how many sessions a pool may have. */
  readonly size: string;
  /** What closes its idle sessions, and what ends the wait of its clients. */
  readonly times: string;
  readonly applied: string;
  readonly source: string;
};

/** PgBouncer is not here: its lines are computed (pooler-settings.ts). */
export const POOLER_LEVERS = {
  Odyssey: {
    size: 'pool_size in the rule of the user',
    times: 'pool_ttl (seconds) closes idle ones, pool_timeout (milliseconds) ends the wait of clients',
    applied: 'RELOAD in its console applies it.',
    source: 'yandex/odyssey rules.md',
  },
  'pgpool-II': {
    size: 'num_init_children and max_pool, whose product is the most sessions that it opens',
    times: 'connection_life_time (seconds) closes idle ones',
    applied: 'A restart applies it.',
    source: 'pgpool/pgpool2 doc/src/sgml/connection-pooling.sgml',
  },
  Supavisor: {
    size: 'default_pool_size of the tenant, or pool_size of its user',
    times: 'pool_checkout_timeout of the user (milliseconds) ends the wait of clients',
    applied: 'Its API, or the settings of the provider, change it.',
    source: 'supabase/supavisor tenants.md and users.md',
  },
  pgcat: {
    size: 'pool_size of the user in pools',
    times:
      'idle_timeout (milliseconds) closes idle ones, connect_timeout (milliseconds) ends the wait of clients',
    applied: 'RELOAD in its console applies it.',
    source: 'postgresml/pgcat CONFIG.md',
  },
  PgDog: {
    size: 'default_pool_size in pgdog.toml, or pool_size of the user in users.toml',
    times:
      'idle_timeout (milliseconds) closes idle ones, checkout_timeout (milliseconds) ends the wait of clients',
    applied: 'RELOAD in its console applies it.',
    source: 'pgdogdev/pgdog example.pgdog.toml and pgdog-config/src/general.rs',
  },
  pgagroal: {
    size: 'MAX_SIZE in pgagroal_databases.conf, all together max_connections',
    times: 'idle_timeout (seconds) closes idle ones, blocking_timeout (seconds) ends the wait of clients',
    applied: 'A restart applies it.',
    source: 'agroal/pgagroal doc/CONFIGURATION.md',
  },
  'RDS Proxy': {
    size: 'MaxConnectionsPercent, a share of max_connections for all pools together',
    times:
      'MaxIdleConnectionsPercent closes idle ones, ConnectionBorrowTimeout (seconds) ends the wait of clients',
    applied: 'modify-db-proxy-target-group applies it.',
    source: 'docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-connections.html',
  },
} as const satisfies Readonly<Record<string, Levers>>;
export type OtherPooler = keyof typeof POOLER_LEVERS;

/** The role under which an RDS Proxy looks after its server. */
const RDS_PROXY_ROLE = 'rdsproxyadmin';

/**
 * Which pooler it is, where it is another one than PgBouncer: by its declaration, by the only technology that leaves such
 * a name, or by the role of an RDS Proxy among the sessions. Null where it may be any.
 */
export function otherPooler(
  pooler: PoolerState | null,
  technologies: readonly (ClientTechnology | null)[],
  sessions: readonly Session[],
): OtherPooler | 'PgBouncer' | null {
  if (pooler !== null) return POOLER_NAMES[pooler.kind];
  const named = new Set(
    technologies.flatMap((each): readonly string[] => each?.possible ?? []).filter(isOther),
  );
  const [only] = named;
  if (only !== undefined && named.size === 1) return only;
  const isBehindProxy = sessions.some(({ user }) => user === RDS_PROXY_ROLE);
  return named.size === 0 && isBehindProxy ? 'RDS Proxy' : null;
}

function isOther(name: string): name is OtherPooler {
  return Object.hasOwn(POOLER_LEVERS, name);
}

/** `In Odyssey this is … .` */
export function leversText(name: OtherPooler): string {
  const { size, times, applied } = POOLER_LEVERS[name];
  return `In ${name} this is ${size}; ${times}. ${applied}`;
}
