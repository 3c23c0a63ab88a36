import type { Snapshot } from '../server/snapshot.ts';

/** Attributes that our role does not need. */
export const NEEDLESS_ATTRIBUTES = [
  'SUPERUSER',
  'REPLICATION',
  'CREATEROLE',
  'CREATEDB',
  'BYPASSRLS',
] as const;
export type RoleAttribute = (typeof NEEDLESS_ATTRIBUTES)[number];

/** Predefined roles of PostgreSQL and RDS that decide what a run may do. */
export const GRANTED_ROLES = [
  'pg_signal_backend',
  'pg_read_all_stats',
  'pg_use_reserved_connections',
  'rds_superuser',
  'rds_replication',
] as const;
export type GrantedRole = (typeof GRANTED_ROLES)[number];

/**
 * Whether our role has the privileges of another role. `not-inherited` means that it is a member without
 * them.
 */
export type Membership = 'usable' | 'not-inherited' | 'missing' | 'no-such-role';

export type OwnRole = {
  readonly name: string;
  readonly attributes: readonly RoleAttribute[];
  /** Null means no limit. */
  readonly connectionLimit: number | null;
  /** Milliseconds until the password expires, negative after that. Null means never. */
  readonly passwordLeftMs: number | null;
  readonly grants: Readonly<Record<GrantedRole, Membership>>;
  /**
   * Functions that our role needs and may not call, with their arguments. Hardened servers revoke them from
   * PUBLIC.
   */
  readonly notCallable: readonly string[];
};

/** Another login role that may use the slots which are reserved for ours. */
export type ReserveUser = {
  readonly name: string;
  readonly superuser: boolean;
  /** The role to which the reserve was granted: this role or one of its groups. Null for superusers. */
  readonly via: string | null;
  readonly connectionLimit: number | null;
};

/** The settings that the checks read. */
export const EXAMINED_SETTINGS: readonly string[] = [
  'authentication_timeout',
  'client_connection_check_interval',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'lc_messages',
  'log_destination',
  'log_line_prefix',
  'log_min_messages',
  'reserved_connections',
  'superuser_reserved_connections',
  'tcp_keepalives_count',
  'tcp_keepalives_idle',
  'tcp_keepalives_interval',
  'track_activities',
];

/**
 * The settings with which a new session of our role starts. Values are in the setting's own unit, as in
 * `pg_settings`.
 */
export type Setting = {
  readonly value: string;
  /** `postmaster` means that a change needs a restart. */
  readonly context: string;
  /** Whether the configuration file already has another value, which waits for the restart. */
  readonly pendingRestart: boolean;
};

/** A setting by `ALTER ROLE … SET` or `ALTER DATABASE … SET`. Null means any role, or any database. */
export type Override = {
  readonly setting: string;
  readonly value: string;
  readonly role: string | null;
  readonly database: string | null;
};

/** How we are connected. */
export type OwnConnection = {
  readonly database: string;
  /** Whether the connection leaves the server's machine. */
  readonly crossesNetwork: boolean;
  /** The version and cipher of TLS. Null when the connection is not encrypted. */
  readonly tls: string | null;
};

/**
 * A right in the connected database which another role has. Administrators of the server and our role are
 * left out. Null is PUBLIC.
 */
export type ForeignRight = {
  readonly right: 'OWNER' | 'CONNECT' | 'CREATE' | 'CREATE IN public';
  readonly role: string | null;
};

/** A setting with which sessions of our role start, from `ALTER DATABASE … SET` or `ALTER ROLE … SET`. */
export type OwnSetting = {
  readonly of: 'database' | 'role';
  /** For settings of a role: whether it holds in the connected database only. */
  readonly inDatabase: boolean;
  readonly name: string;
};

/** Everything the doctor looks at. Each check takes only what it needs of it. */
export type DoctorFacts = {
  readonly snapshot: Snapshot;
  /** Whether the server is a read replica. Its roles are changed on the primary. */
  readonly isReplica: boolean;
  readonly connection: OwnConnection;
  readonly role: OwnRole;
  readonly reserveUsers: readonly ReserveUser[];
  readonly openings: readonly ForeignRight[];
  readonly ownSettings: readonly OwnSetting[];
  readonly settings: ReadonlyMap<string, Setting>;
  readonly overrides: readonly Override[];
};

/**
 * The facts that one round trip reads: all except the sessions and the searches through the rights of all
 * roles.
 */
export type Configuration = Omit<DoctorFacts, 'snapshot' | 'reserveUsers' | 'openings' | 'ownSettings'>;

/**
 * The number with which versions such as `18.4`, `14.23 (Debian 14.23-1)` and `19beta1` begin. 0 for other
 * texts.
 */
export function majorVersion({ server }: Pick<Snapshot, 'server'>): number {
  return Number(/^\d+/.exec(server.version)?.[0] ?? 0);
}
