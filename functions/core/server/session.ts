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

/** The names that a policy can name a session by. */
export type NameField = 'user' | 'database' | 'application';

/** What the text of a session's names does not say. */
export type EncodedNames = {
  /** Those with bytes that mean nothing, or that are cut off: what they are is not known for certain. */
  readonly undecoded: readonly NameField[];
  /** The application's name as the server shows it, where that has escapes (16 and newer); else null. */
  readonly application: string | null;
};

/** One row of the server's activity view. Timestamps are the server's own text: a Date would lose the microseconds. */
export type Session = {
  /** Names the session as long as it lasts: the server process's id, or the number in `sessionId` where it has one. */
  readonly pid: number | null;
  /** Where sessions share a pool of threads (GaussDB, openGauss), and an idle one has no thread; else null. */
  readonly sessionId: string | null;
  readonly backendStart: string | null;
  readonly backendType: string | null;
  readonly user: string | null;
  readonly database: string | null;
  /** Chosen by the client, hence hostile; empty when the client set none. */
  readonly application: string;
  /** IP address, `local` for a Unix socket, or empty when unknown. */
  readonly address: string;
  /** Text that is no known state stays as it is and is spared as `state`. */
  readonly state: string | null;
  readonly stateChange: string | null;
  /** Ages are the server's clock, whole milliseconds. */
  readonly stateAgeMs: number | null;
  readonly transactionAgeMs: number | null;
  readonly queryAgeMs: number | null;
  readonly waitEvent: string | null;
  /** Pids that this session waits for. Of those that hold the lock that it waits for up to three: `locks` has them all. */
  readonly blockedBy: readonly number[];
  /** Null wherever a live snapshot could not read the fact. */
  readonly superuser: boolean | null;
  readonly advisoryLock: boolean | null;
  readonly temporaryTables: boolean | null;
  /** The last statement without its literals, see `statement-shape.ts`. */
  readonly lastStatement: string | null;
  /** Absent where the names are plain ASCII, and in kept records, from which nothing is planned. */
  readonly encodedNames?: EncodedNames | undefined;
};

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
