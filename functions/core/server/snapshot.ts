import type * as z from 'zod/mini';
import type { ReadOnly } from '../base/read-only.ts';
import { OWN_APPLICATION, type Session } from './session.ts';
import type { snapshotFileSchema } from './snapshot-schema.ts';

/**
 * What a file says. It does not say whether our role saw everything, because a snapshot of a role that cannot
 * see others is never written.
 */
export type SnapshotFile = ReadOnly<Omit<z.output<typeof snapshotFileSchema>, '$schema'>>;

/** The connection state of one server at one moment. */
export type Snapshot = Omit<SnapshotFile, 'server'> & { readonly server: ServerFacts };

export type ServerFacts = SnapshotFile['server'] & {
  /**
   * Whether our role has the privileges of `pg_read_all_stats`. Without them most fields of a row are null.
   */
  readonly readsAllStats: boolean;
};

export type Slots = SnapshotFile['slots'];
/** A `CONNECTION LIMIT` above 0. */
export type ConnectionLimit = Slots['roles'][number];
export type Flavor = ServerFacts['flavor'];
export type Provider = NonNullable<ServerFacts['provider']>;
export type Coordinator = NonNullable<ServerFacts['coordinators']>[number];
export type Refusal = SnapshotFile['refusals'][number];

/**
 * Tells which sessions are ours: the one that took the snapshot, and others of its role under our application
 * name. The name alone is not enough, because any client may choose it. The role alone is not enough, because
 * a person may have used it.
 */
export function ownSessions(snapshot: Pick<Snapshot, 'server' | 'sessions'>): (session: Session) => boolean {
  const { ownPid } = snapshot.server;
  const ownUser = snapshot.sessions.find(({ pid }) => pid !== null && pid === ownPid)?.user ?? null;
  return (session) =>
    (session.pid !== null && session.pid === ownPid) ||
    (ownUser !== null && session.application === OWN_APPLICATION && session.user === ownUser);
}
