import type { ErrorCode } from './errors.ts';

/**
 * The SQLSTATE of the server's answer, and the routine that raised it. Servers translate the text, but not
 * these two.
 */
export type ServerAnswer = { readonly sqlstate: string; readonly routine: string };

/** The server's answer inside an error of `pg`, or null when the error did not come from the server. */
export function serverAnswer(error: unknown): ServerAnswer | null {
  if (typeof error !== 'object' || error === null) return null;
  const { code, routine, severity } = error as { code?: unknown; routine?: unknown; severity?: unknown };
  if (typeof code !== 'string' || typeof severity !== 'string') return null;
  return { sqlstate: code, routine: typeof routine === 'string' ? routine : '' };
}

/** A statement took longer than `statement_timeout`, or was cancelled. Its session goes on. */
export const QUERY_CANCELED = '57014';
export const TOO_MANY_CONNECTIONS = '53300';
/** The server starts, stops or recovers. */
const CANNOT_CONNECT_NOW = '57P03';
/** The lock table, which all sessions share, is full, or the machine has no memory. Both may pass. */
const OUT_OF_MEMORY = '53200';
export const WRONG_PASSWORD = '28P01';
export const UNDEFINED_OBJECT = '42704';
export const UNDEFINED_DATABASE = '3D000';
export const INSUFFICIENT_PRIVILEGE = '42501';

/** The server rejects the value of a setting. */
export const INVALID_PARAMETER_VALUE = '22023';
/** `idle_session_timeout` (14 and later). */
export const IDLE_SESSION_TIMEOUT = '57P05';
const IDLE_IN_TRANSACTION_TIMEOUT = '25P03';
/**
 * `transaction_timeout` (17 and later). Our own bound, or one that the database sets, ended a login that hung
 * in a login trigger.
 */
export const TRANSACTION_TIMEOUT = '25P04';
const ENDED_BY_TIMEOUT: ReadonlySet<string> = new Set([IDLE_IN_TRANSACTION_TIMEOUT, TRANSACTION_TIMEOUT]);

/**
 * 57P01 to 57P05 and two timeouts mean that the server ended our session. Class 08 is a broken connection:
 * the statement may have run. Other codes may come with the end of a session as well (40001 on a replica,
 * XX000): see has-ended.ts.
 */
export function endsSession(sqlstate: string): boolean {
  return sqlstate.startsWith('57P') || sqlstate.startsWith('08') || ENDED_BY_TIMEOUT.has(sqlstate);
}

/**
 * While we logged in, our session was ended by an administrator, by the crash of another process or by a
 * timeout. The next try may succeed.
 */
const ENDED_AT_LOGIN: ReadonlySet<string> = new Set([
  '57P01',
  '57P02',
  IDLE_SESSION_TIMEOUT,
  IDLE_IN_TRANSACTION_TIMEOUT,
]);

/**
 * What an error 53300 is about, told apart by the routine that raised it (PostgreSQL 14 to 18). `half-open`:
 * the server has as many connections open as it accepts, more than twice its slots. Most of them have not
 * logged in yet, because otherwise the slots would run out first.
 */
type NoSlot =
  | 'all'
  | 'reserved-left'
  | 'administrators-left'
  | 'role-limit'
  | 'database-limit'
  | 'half-open'
  | 'pooler';

/** Why a server accepts no new session for now. */
export type Fullness = NoSlot | 'not-ready' | 'no-memory' | 'ended' | 'hanging';

/**
 * The cause by routine. Another routine is `InitProcess` or stands for it: at that point the server does not
 * know yet which role connects.
 */
const NO_SLOT: Readonly<Record<string, NoSlot>> = {
  InitializeSessionUserId: 'role-limit',
  CheckMyDatabase: 'database-limit',
  InitPostgres: 'reserved-left',
  // openGauss
  CheckConnLimitation: 'administrators-left',
  // Up to 16; 17 and 18.
  ProcessStartupPacket: 'half-open',
  BackendInitialize: 'half-open',
  // The server always names the routine. pgpool-II gives the same answer without a routine when its own
  // processes are used up. GaussDB may name none either.
  '': 'pooler',
};

/** Null for errors that another try will meet again. */
export function fullnessOf({ sqlstate, routine }: ServerAnswer): Fullness | null {
  if (sqlstate === CANNOT_CONNECT_NOW) return 'not-ready';
  if (sqlstate === OUT_OF_MEMORY) return 'no-memory';
  if (ENDED_AT_LOGIN.has(sqlstate)) return 'ended';
  if (sqlstate === TRANSACTION_TIMEOUT) return 'hanging';
  if (sqlstate !== TOO_MANY_CONNECTIONS) return null;
  return Object.hasOwn(NO_SLOT, routine) ? (NO_SLOT[routine] ?? 'all') : 'all';
}

const FULL: ReadonlySet<Fullness | null> = new Set([
  'all',
  'reserved-left',
  'administrators-left',
  'half-open',
]);

/**
 * Whether the server itself was full, not one limit of it. A 53300 without a routine may come from a pooler.
 */
export function isServerFull(answer: ServerAnswer): boolean {
  return FULL.has(fullnessOf(answer));
}

/**
 * The server names the routine of each of its errors. An error without one, in answer to a login, comes from
 * a pooler or proxy that rejects our startup packet (08P01 of PgBouncer, 0A000 of RDS Proxy). A wrong
 * password (class 28) tells nothing: servers and poolers alike report it.
 */
export function isPoolerAnswer({ sqlstate, routine }: ServerAnswer): boolean {
  return routine === '' && !sqlstate.startsWith('28');
}

/** The codes for errors that another try will meet again. */
export function denialOf({ sqlstate }: ServerAnswer): ErrorCode {
  return sqlstate.startsWith('28') ? 'connect-denied' : 'connect-failed';
}

/**
 * The server asked an external check (PAM, as with IAM), which refused: the token is wrong, or the agent is
 * slow. The same code from another routine is a rule of pg_hba.conf.
 */
export function isFailedAuthentication({ sqlstate, routine }: ServerAnswer): boolean {
  return sqlstate === '28000' && routine === 'auth_failed';
}

/**
 * The driver logs in with UTF8 as its client encoding. PostgreSQL converts between UTF8 and all of its
 * encodings except MULE_INTERNAL.
 */
export function isForeignEncoding({ sqlstate, routine }: ServerAnswer): boolean {
  return sqlstate === '0A000' && routine === 'InitializeClientEncoding';
}
