import type * as z from 'zod/mini';
import type { ReadOnly } from '../base/read-only.ts';
import type { sessionSchema } from './session-schema.ts';

/**
 * The main words. A *session* is a client's connection as the server shows it, and holds one *slot*. A
 * *victim* is a session chosen for termination. Every other session is *spared* for one reason. A *group* is
 * all sessions of one application, user and database.
 */

/** The states that `pg_stat_activity.state` can show (PostgreSQL 14 to 19; `starting` is new in 18). */
export const SESSION_STATES = [
  'active',
  'idle',
  'idle in transaction',
  'idle in transaction (aborted)',
  'fastpath function call',
  'disabled',
  'starting',
] as const;

/** The states that a policy may choose. In these the server waits for the client. */
export const IDLE_STATES = ['idle', 'idle in transaction', 'idle in transaction (aborted)'] as const;
export type IdleState = (typeof IDLE_STATES)[number];
/** The `application_name` of our own sessions. */
export const OWN_APPLICATION = 'pg-headroom';
/**
 * What the server shows instead of a statement that our role may not read. All other columns of the row are
 * then null.
 */
export const HIDDEN_STATEMENT = '<insufficient privilege>';

export type Session = ReadOnly<z.output<typeof sessionSchema>>;
export type EncodedNames = NonNullable<Session['encodedNames']>;
/** The names by which a policy can choose a session. */
export type NameField = EncodedNames['undecoded'][number];

export const CLIENT_BACKEND = 'client backend';
/** The kinds of backend that serve a client. */
const WITH_CLIENT: ReadonlySet<string> = new Set([CLIENT_BACKEND, 'walsender']);

/**
 * A process that belongs to the server itself: an autovacuum worker, the replay of a standby or a background
 * worker.
 */
export function isServerProcess({ backendType }: Session): boolean {
  return backendType !== null && !WITH_CLIENT.has(backendType);
}

/** Whether our role may not read this row. Then only its names are known. */
export function isHidden(session: Session): boolean {
  return session.state === null && session.lastStatement === HIDDEN_STATEMENT;
}

/**
 * Whether a session takes one of the slots that ordinary clients share. Client backends do, and rows that we
 * cannot read count as such.
 */
export function takesSlot(session: Session): boolean {
  return session.backendType === CLIENT_BACKEND || isHidden(session);
}

export type Group = { readonly application: string; readonly user: string; readonly database: string };

export function groupOf(session: Session): Group {
  return { application: session.application, user: session.user ?? '', database: session.database ?? '' };
}

/** A key that differs for different groups: the lengths say where each name ends. */
export function groupKey({
  application,
  user,
  database,
}: Pick<Session, 'application' | 'user' | 'database'>): string {
  return `${application.length} ${user?.length ?? 0} ${application}${user ?? ''}${database ?? ''}`;
}

/** Identifies a session. The server uses pids again, but never with the same start time. */
export function identityOf(session: Pick<Session, 'pid' | 'backendStart'>): string {
  return `${session.pid} ${session.backendStart}`;
}
