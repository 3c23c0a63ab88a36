import type * as z from 'zod/mini';
import type { ReadOnly } from '../base/read-only.ts';
import type { sessionSchema } from './session-schema.ts';

/**
 * The domain's words. A *session* is a client's connection as the server shows it; it holds one *slot*. A *victim* is a
 * session chosen for termination, every other session is *spared* for one reason. A *group* is all sessions of one
 * application, user and database.
 */

/** The states that `pg_stat_activity.state` can show (PostgreSQL 14 to 18; `starting` is new in 18). */
export const SESSION_STATES = [
  'active',
  'idle',
  'idle in transaction',
  'idle in transaction (aborted)',
  'fastpath function call',
  'disabled',
  'starting',
] as const;

/** The states a policy may name: those in which the client, not the server, is to move next. */
export const IDLE_STATES = ['idle', 'idle in transaction', 'idle in transaction (aborted)'] as const;
export type IdleState = (typeof IDLE_STATES)[number];
/** `application_name` of our own sessions. */
export const OWN_APPLICATION = 'pg-headroom';
/** What the server shows in place of a statement that our role may not read; all other columns are null then. */
export const HIDDEN_STATEMENT = '<insufficient privilege>';

export type Session = ReadOnly<z.output<typeof sessionSchema>>;
export type EncodedNames = NonNullable<Session['encodedNames']>;
/** The names that a policy can name a session by. */
export type NameField = EncodedNames['undecoded'][number];

export const CLIENT_BACKEND = 'client backend';
/** What has a client at its other end. */
const WITH_CLIENT: ReadonlySet<string> = new Set([CLIENT_BACKEND, 'walsender']);

/** A process that the server runs by itself: an autovacuum worker, the replay of a standby, a background worker. */
export function isServerProcess({ backendType }: Session): boolean {
  return backendType !== null && !WITH_CLIENT.has(backendType);
}

/** True when our role may not read this row: nothing but its names is known. */
export function isHidden(session: Session): boolean {
  return session.state === null && session.lastStatement === HIDDEN_STATEMENT;
}

/** True for sessions that take one of the slots ordinary clients share: client backends, and rows we cannot read. */
export function takesSlot(session: Session): boolean {
  return session.backendType === CLIENT_BACKEND || isHidden(session);
}

export type Group = { readonly application: string; readonly user: string; readonly database: string };

export function groupOf(session: Session): Group {
  return { application: session.application, user: session.user ?? '', database: session.database ?? '' };
}

/** A key that no choice of names can make collide: the lengths say where one name ends. */
export function groupKey({
  application,
  user,
  database,
}: Pick<Session, 'application' | 'user' | 'database'>): string {
  return `${application.length} ${user?.length ?? 0} ${application}${user ?? ''}${database ?? ''}`;
}

/** What makes a session this session: pids are reused, a pid with its start time is not. */
export function identityOf(session: Pick<Session, 'pid' | 'backendStart'>): string {
  return `${session.pid} ${session.backendStart}`;
}
