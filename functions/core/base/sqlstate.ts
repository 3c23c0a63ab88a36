import type { ErrorCode } from './errors.ts';

/** What the server answered, by code and by the routine that raised it: texts are translated, these are not. */
export type ServerAnswer = { readonly sqlstate: string; readonly routine: string };

/** The answer inside an error of `pg`, or null when it did not come from the server. */
export function serverAnswer(error: unknown): ServerAnswer | null {
  if (typeof error !== 'object' || error === null) return null;
  const { code, routine, severity } = error as { code?: unknown; routine?: unknown; severity?: unknown };
  if (typeof code !== 'string' || typeof severity !== 'string') return null;
  return { sqlstate: code, routine: typeof routine === 'string' ? routine : '' };
}

export const TOO_MANY_CONNECTIONS = '53300';
/** The server starts, stops or recovers. */
const CANNOT_CONNECT_NOW = '57P03';
/** Its lock table is full, which is everybody's, or its machine has no memory: either may pass. */
const OUT_OF_MEMORY = '53200';
export const WRONG_PASSWORD = '28P01';
export const UNDEFINED_OBJECT = '42704';
export const UNDEFINED_DATABASE = '3D000';
export const INSUFFICIENT_PRIVILEGE = '42501';

/** The server does not take a setting's value. */
export const INVALID_PARAMETER_VALUE = '22023';
/** `idle_session_timeout` (14 and later). */
export const IDLE_SESSION_TIMEOUT = '57P05';
const IDLE_IN_TRANSACTION_TIMEOUT = '25P03';
/** `transaction_timeout` (17 and later): our own bound, or one of the database's, on a login that hangs in a login trigger. */
export const TRANSACTION_TIMEOUT = '25P04';
const ENDED_BY_TIMEOUT: ReadonlySet<string> = new Set([IDLE_IN_TRANSACTION_TIMEOUT, TRANSACTION_TIMEOUT]);

/**
 * 57P01 to 57P05 and two timeouts end our session from the server's side, class 08 is a broken connection: what ran may have
 * run. Other codes may come with the end of a session as well (40001 on a replica, XX000): see has-ended.ts.
 */
export function endsSession(sqlstate: string): boolean {
  return sqlstate.startsWith('57P') || sqlstate.startsWith('08') || ENDED_BY_TIMEOUT.has(sqlstate);
}

/** It was shut down by hand, by a crash of another process or by idling, while we logged in: the next try may fare better. */
const ENDED_AT_LOGIN: ReadonlySet<string> = new Set([
  '57P01',
  '57P02',
  IDLE_SESSION_TIMEOUT,
  IDLE_IN_TRANSACTION_TIMEOUT,
]);

/**
 * What 53300 is about, told apart by the routine that raised it (14 to 18). `half-open`: the server has as many connections
 * open as it takes on at all, twice its slots and more; most of them are not logged in, or they would be out of slots.
 */
type NoSlot =
  | 'all'
  | 'reserved-left'
  | 'administrators-left'
  | 'role-limit'
  | 'database-limit'
  | 'half-open'
  | 'pooler';

/** Why a server lets nobody in for now. */
export type Fullness = NoSlot | 'not-ready' | 'no-memory' | 'ended' | 'hanging';

/** By routine. Another one is `InitProcess`, or stands for it: the server knows nothing yet of who is coming. */
const NO_SLOT: Readonly<Record<string, NoSlot>> = {
  InitializeSessionUserId: 'role-limit',
  CheckMyDatabase: 'database-limit',
  InitPostgres: 'reserved-left',
  // openGauss
  CheckConnLimitation: 'administrators-left',
  // Up to 16; 17 and 18.
  ProcessStartupPacket: 'half-open',
  BackendInitialize: 'half-open',
  // The server always names it. pgpool-II, which answers the same when its own processes are used up, never does; GaussDB may not.
  '': 'pooler',
};

/** Null for answers that trying again does not change. */
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

/** Whether the server itself was full, not one limit of it; 53300 without a routine may be a pooler's. */
export function isServerFull(answer: ServerAnswer): boolean {
  return FULL.has(fullnessOf(answer));
}

/**
 * The server names the routine of each of its errors. An answer to a login without one is a pooler's or a proxy's, which
 * does not take our startup packet (08P01 of PgBouncer, 0A000 of RDS Proxy); a wrong password (class 28) is everybody's.
 */
export function isPoolerAnswer({ sqlstate, routine }: ServerAnswer): boolean {
  return routine === '' && !sqlstate.startsWith('28');
}

/** The codes for answers that trying again does not change. */
export function denialOf({ sqlstate }: ServerAnswer): ErrorCode {
  return sqlstate.startsWith('28') ? 'connect-denied' : 'connect-failed';
}

/**
 * The server asked whoever checks for it (PAM, as with IAM) and heard no: a wrong token, or an agent that is slow. The
 * same code from another routine is a rule of pg_hba.conf.
 */
export function isFailedAuthentication({ sqlstate, routine }: ServerAnswer): boolean {
  return sqlstate === '28000' && routine === 'auth_failed';
}

/** The driver logs in with UTF8 as its encoding, to and from which PostgreSQL converts all of its encodings but MULE_INTERNAL. */
export function isForeignEncoding({ sqlstate, routine }: ServerAnswer): boolean {
  return sqlstate === '0A000' && routine === 'InitializeClientEncoding';
}
