import type { Snapshot } from '../server/snapshot.ts';

/** Attributes that a role of ours has no use for. */
export const NEEDLESS_ATTRIBUTES = [
  'SUPERUSER',
  'REPLICATION',
  'CREATEROLE',
  'CREATEDB',
  'BYPASSRLS',
] as const;
export type RoleAttribute = (typeof NEEDLESS_ATTRIBUTES)[number];

/** The server's own roles, and RDS's, that decide what a run may do. */
export const GRANTED_ROLES = [
  'pg_signal_backend',
  'pg_read_all_stats',
  'pg_use_reserved_connections',
  'rds_superuser',
  'rds_replication',
] as const;
export type GrantedRole = (typeof GRANTED_ROLES)[number];

/** Whether our role has the privileges of another; `not-inherited` is a member without them. */
export type Membership = 'usable' | 'not-inherited' | 'missing' | 'no-such-role';

export type OwnRole = {
  readonly name: string;
  readonly attributes: readonly RoleAttribute[];
  /** Null is unlimited. */
  readonly connectionLimit: number | null;
  /** Milliseconds until its password expires, negative once it has; null is never. */
  readonly passwordLeftMs: number | null;
  readonly grants: Readonly<Record<GrantedRole, Membership>>;
  /** Functions that it needs and may not call, with their arguments: hardened servers take them from PUBLIC. */
  readonly notCallable: readonly string[];
};

/** Another login role that gets into slots which are reserved for ours. */
export type ReserveUser = {
  readonly name: string;
  readonly superuser: boolean;
  /** The role that was granted the reserve: its own name, or a group's. Null for superusers. */
  readonly via: string | null;
  readonly connectionLimit: number | null;
};

/** The settings that the checks ask for. */
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

/** What a new session of our role starts with; values in the setting's own unit, as `pg_settings` has them. */
export type Setting = {
  readonly value: string;
  /** `postmaster` takes a restart. */
  readonly context: string;
  /** The file says something else already. */
  readonly pendingRestart: boolean;
};

/** What `ALTER ROLE … SET` or `ALTER DATABASE … SET` left; null is any. */
export type Override = {
  readonly setting: string;
  readonly value: string;
  readonly role: string | null;
  readonly database: string | null;
};

/** How we came in. */
export type OwnConnection = {
  readonly database: string;
  /** Whether it leaves the server's machine. */
  readonly crossesNetwork: boolean;
  /** Version and cipher; null in the clear. */
  readonly tls: string | null;
};

/** A right in the connected database of a role that neither administers the server nor is ours; null is PUBLIC. */
export type ForeignRight = {
  readonly right: 'OWNER' | 'CONNECT' | 'CREATE' | 'CREATE IN public';
  readonly role: string | null;
};

/** A setting that a session of our role starts with, from `ALTER DATABASE … SET` or `ALTER ROLE … SET`. */
export type OwnSetting = {
  readonly of: 'database' | 'role';
  /** For a role: in the connected database only. */
  readonly inDatabase: boolean;
  readonly name: string;
};

/** Everything the doctor looks at. Each check takes only what it needs of it. */
export type DoctorFacts = {
  readonly snapshot: Snapshot;
  /** A read replica: roles are changed on its primary. */
  readonly isReplica: boolean;
  readonly connection: OwnConnection;
  readonly role: OwnRole;
  readonly reserveUsers: readonly ReserveUser[];
  readonly openings: readonly ForeignRight[];
  readonly ownSettings: readonly OwnSetting[];
  readonly settings: ReadonlyMap<string, Setting>;
  readonly overrides: readonly Override[];
};

/** What costs one round trip: all but the sessions, and the searches through the rights of all roles. */
export type Configuration = Omit<DoctorFacts, 'snapshot' | 'reserveUsers' | 'openings' | 'ownSettings'>;

/** `18.4`, `14.23 (Debian 14.23-1)` and `19beta1` all begin with it; 0 when nothing does. */
export function majorVersion({ server }: Pick<Snapshot, 'server'>): number {
  return Number(/^\d+/.exec(server.version)?.[0] ?? 0);
}
