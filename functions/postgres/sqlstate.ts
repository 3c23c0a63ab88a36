import type { ErrorCode } from '../core/errors.ts';

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
export const WRONG_PASSWORD = '28P01';
export const INSUFFICIENT_PRIVILEGE = '42501';

/** 57P01 to 57P05 end our session from the server's side, class 08 is a broken connection: what ran may have run. */
export function endsSession(sqlstate: string): boolean {
  return sqlstate.startsWith('57P') || sqlstate.startsWith('08');
}

/** How full a server is that refuses with 53300, told by the routine (the same from 12 to 18). */
export type Fullness = 'all' | 'reserved-left' | 'role-limit' | 'database-limit';

export function fullnessOf(routine: string): Fullness {
  switch (routine) {
    case 'InitializeSessionUserId':
      return 'role-limit';
    case 'CheckMyDatabase':
      return 'database-limit';
    case 'InitPostgres':
      return 'reserved-left';
    default:
      // InitProcess, and for half-open sockets ProcessStartupPacket (to 16) or BackendInitialize (17, 18).
      return 'all';
  }
}

/** The codes for answers that trying again does not change. */
export function denialOf({ sqlstate }: ServerAnswer): ErrorCode {
  if (sqlstate.startsWith('28')) return 'connect-denied';
  return sqlstate === '57P03' ? 'connect-unreachable' : 'connect-failed';
}

/**
 * The server asked whoever checks for it (PAM, as with IAM) and heard no: a wrong token, or an agent that is slow. The
 * same code from another routine is a rule of pg_hba.conf.
 */
export function isFailedAuthentication({ sqlstate, routine }: ServerAnswer): boolean {
  return sqlstate === '28000' && routine === 'auth_failed';
}

/** Node's codes for a certificate that does not verify (OpenSSL's names, and Node's own for a wrong name). */
const CERTIFICATE_CODES: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_REJECTED',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'INVALID_CA',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

export function isTlsCode(code: string): boolean {
  return CERTIFICATE_CODES.has(code) || code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_');
}
