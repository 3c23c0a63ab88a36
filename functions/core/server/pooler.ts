import type { Problem } from '../base/errors.ts';
/**
 * A *pooler* stands between clients and the server: its *clients* connect to it, and its *sessions* with the server are
 * shared among them. A *pool* is its sessions for one database and user. What it says of them it says in its console.
 */

export const POOLER_KINDS = ['pgbouncer', 'pgpool'] as const;
export type PoolerKind = (typeof POOLER_KINDS)[number];

export const POOLER_NAMES: Readonly<Record<PoolerKind, string>> = {
  pgbouncer: 'PgBouncer',
  pgpool: 'pgpool-II',
};

/** Null wherever this kind of pooler, or this version of it, does not say. */
export type Pool = {
  /** As its clients call it; `serverDatabase` is the server's name for it. */
  readonly database: string;
  readonly serverDatabase: string;
  readonly user: string;
  readonly mode: string | null;
  /** The most sessions that it may open, its reserve not counted. */
  readonly size: number | null;
  readonly clientsActive: number;
  /** Clients that wait for a session. */
  readonly clientsWaiting: number | null;
  readonly sessionsActive: number;
  /** Open and lent to nobody. */
  readonly sessionsIdle: number;
  /** How long the first of those who wait has waited. */
  readonly longestWaitMs: number | null;
};

/** Clients of the pooler that are alike. Names are the clients' own choice, hence hostile. */
export type PoolerClients = {
  readonly application: string;
  readonly user: string;
  readonly database: string;
  /** Empty where the pooler does not say. */
  readonly address: string;
  readonly count: number;
  /** Those of them to whom a session is lent. */
  readonly linked: number;
  readonly waiting: number;
  /** When the first of them came, by the pooler's clock and in its own words; null where it does not say. */
  readonly since: string | null;
};

/** A session that the pooler has with a server. */
export type PoolerSession = {
  /** Of the server's process. */
  readonly pid: number;
  readonly user: string;
  /** The place in `clients` of the one to whom it is lent; null where it is lent to nobody, or nobody knows to whom. */
  readonly client: number | null;
};

/** Null wherever this kind of pooler has no such setting, or did not say. */
export type PoolerSettings = {
  readonly mode: string | null;
  readonly defaultPoolSize: number | null;
  readonly minPoolSize: number | null;
  readonly reservePoolSize: number | null;
  /** PgBouncer's `max_client_conn`, pgpool's `num_init_children`. */
  readonly mostClients: number | null;
  readonly serverIdleTimeoutMs: number | null;
  readonly queryWaitTimeoutMs: number | null;
  /** pgpool's `max_pool`: sessions that each of its processes keeps. */
  readonly poolsPerChild: number | null;
  /** pgpool's `failover_on_backend_shutdown`: with it the end of one session makes it leave the server. */
  readonly failsOver: boolean | null;
};

export const NO_SETTINGS: PoolerSettings = {
  mode: null,
  defaultPoolSize: null,
  minPoolSize: null,
  reservePoolSize: null,
  mostClients: null,
  serverIdleTimeoutMs: null,
  queryWaitTimeoutMs: null,
  poolsPerChild: null,
  failsOver: null,
};

/**
 * `pooler-unreadable`: the console did not answer, or not us. `pooler-full`: it refused us as one client too many.
 */
export type PoolerProblem = Problem & { readonly code: 'pooler-unreadable' | 'pooler-full' };

/**
 * Why a console lists some of the pooler's sessions only. `shared-port`: PgBouncer's `so_reuseport`, with which several
 * processes listen on one port. `peers`: PgBouncer's `peer_id`, with which several processes pass on each other's
 * cancellations. `pooler-behind`: its sessions lead to another pooler, which has sessions of its own with the server.
 */
export const UNLISTED_CAUSES = ['shared-port', 'peers', 'pooler-behind'] as const;
export type UnlistedCause = (typeof UNLISTED_CAUSES)[number];

export type Unlisted = {
  readonly cause: UnlistedCause;
  /** From where such sessions come, beside the pooler's own addresses. */
  readonly addresses: readonly string[];
  /** Hosts from which they come as well, whose addresses could not be found. */
  readonly unknownHosts: readonly string[];
};

/** What a server's pooler said of itself when the snapshot was taken. */
export type PoolerState = {
  readonly kind: PoolerKind;
  /** Host and port of its console. */
  readonly at: string;
  /** What its host's name stands for, where its sessions are likely to come from. */
  readonly addresses: readonly string[];
  /** Why it could not be read; then the rest is empty. */
  readonly problem: PoolerProblem | null;
  readonly version: string | null;
  readonly pools: readonly Pool[];
  readonly clients: readonly PoolerClients[];
  /** Clients in all, those at the end of a long list and others that look into the console among them; not we. */
  readonly clientCount: number;
  readonly sessions: readonly PoolerSession[];
  /** Null where the console lists every session. */
  readonly unlisted: Unlisted | null;
  readonly settings: PoolerSettings;
};
