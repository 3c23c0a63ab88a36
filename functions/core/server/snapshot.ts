import type { WORDED_REFUSALS } from '../base/refusal-kind.ts';
import type { ContestedLock } from './contested-lock.ts';
import type { PoolerState } from './pooler.ts';
import { OWN_APPLICATION, type Session } from './session.ts';

/** A `CONNECTION LIMIT` above 0. */
export type ConnectionLimit = { readonly name: string; readonly limit: number };

/** The server's slot settings, all in sessions. */
export type Slots = {
  /** All of them: `max_connections`, and on GaussDB the administrators' reserve on top. */
  readonly max: number;
  /** `superuser_reserved_connections`; on GaussDB `sysadmin_reserved_connections`. */
  readonly superuserReserved: number;
  /** `reserved_connections`, 16 and later; else 0. */
  readonly reserved: number;
  /** What a provider keeps for itself: on RDS `rds.rds_superuser_reserved_connections` up to 15, and `rds.rds_reserved_connections`. */
  readonly providerReserved: number;
  readonly walSenders: number;
  readonly roles: readonly ConnectionLimit[];
  readonly databases: readonly ConnectionLimit[];
};

/** Whose server it is: `gaussdb` is GaussDB(DWS), GaussDB or openGauss. */
export const FLAVORS = ['postgresql', 'gaussdb'] as const;
export type Flavor = (typeof FLAVORS)[number];

/** One coordinator of a distributed server, which has slots of its own. */
export type Coordinator = {
  readonly name: string;
  /** The one that we are connected to; only its sessions can be ended from here. */
  readonly isOurs: boolean;
  /** Sessions with a database and a role, the server's own among them. */
  readonly sessions: number;
  readonly idle: number;
};

/** Who runs the server for its owner. */
export const PROVIDERS = ['rds', 'aurora', 'azure', 'google'] as const;
export type Provider = (typeof PROVIDERS)[number];

export type ServerFacts = {
  readonly flavor: Flavor;
  /** As `server_version` shows it; on GaussDB the product's name and version. */
  readonly version: string;
  /** As far as it shows; null is somebody with a superuser of their own. */
  readonly provider: Provider | null;
  /** The pid of the session that took the snapshot. */
  readonly ownPid: number | null;
  /** Whether our role has the privileges of `pg_read_all_stats`; without them most of a row is null. */
  readonly readsAllStats: boolean;
  /** A read replica. Absent on GaussDB, and in snapshots from before it was read. */
  readonly isReplica?: boolean | undefined;
  /** Those of a distributed server, where our role may read them; absent on others. */
  readonly coordinators?: readonly Coordinator[] | undefined;
};

/** Refused connects of one kind; `name` is the role or database whose limit refused them. */
export type Refusal = {
  readonly kind: (typeof WORDED_REFUSALS)[number];
  readonly name: string | null;
  readonly count: number;
};

/** The connection state of one server at one moment. */
export type Snapshot = {
  /** The server's clock. */
  readonly takenAt: string;
  readonly server: ServerFacts;
  readonly slots: Slots;
  readonly sessions: readonly Session[];
  /** Absent where they could not be read, and in snapshots from before they were. */
  readonly locks?: readonly ContestedLock[] | undefined;
  readonly refusals: readonly Refusal[];
  /** What the server's pooler said of itself; null where none is declared. */
  readonly pooler: PoolerState | null;
};

/**
 * Which sessions are our own: the one that took the snapshot, and others of its role under our application name.
 * The name alone would not do (any client may choose it), nor the role alone (a human may have borrowed it).
 */
export function ownSessions(snapshot: Pick<Snapshot, 'server' | 'sessions'>): (session: Session) => boolean {
  const { ownPid } = snapshot.server;
  const ownUser = snapshot.sessions.find(({ pid }) => pid !== null && pid === ownPid)?.user ?? null;
  return (session) =>
    (session.pid !== null && session.pid === ownPid) ||
    (ownUser !== null && session.application === OWN_APPLICATION && session.user === ownUser);
}
