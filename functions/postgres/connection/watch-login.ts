import type { Client } from 'pg';
import { RemediationError } from '../../core/base/errors.ts';
import { quoteIdentifier } from '../../core/base/sql-text.ts';
import type { Credentials } from './target.ts';

/** Type, length and number of the login method. The byte after them tells PostgreSQL's SASL from GaussDB's SHA-256. */
const ENOUGH_BYTES = 10;
const AUTHENTICATION = 'R'.charCodeAt(0);
const NO_PASSWORD = 0;
/** No password, clear text, MD5. */
const SPOKEN: ReadonlySet<number> = new Set([NO_PASSWORD, 3, 5]);
const SASL = 10;

/** Login methods of GaussDB and openGauss by number (openGauss's pqcomm.h). */
const OF_GAUSSDB: ReadonlyMap<number, string> = new Map([
  [10, 'SHA-256'],
  [11, 'SHA-256'],
  [12, 'SHA-256'],
  [13, 'SM3'],
  [14, 'IAM'],
]);
/** PostgreSQL's methods that we do not support. */
const OTHERS: ReadonlyMap<number, string> = new Map([
  [2, 'Kerberos'],
  [7, 'GSSAPI'],
  [9, 'SSPI'],
]);

type Listener = (bytes: Buffer) => void;
type Stream = {
  readonly on: (event: string, listener: Listener) => unknown;
  readonly destroy: (error: Error) => unknown;
};
/** A member of `pg` that its types leave out. */
type Connection = { attachListeners: (stream: Stream) => void };

/**
 * Reads the first request of the server before `pg` does, for three reasons: an unknown login method makes `pg` throw where
 * nothing can catch, GaussDB's SHA-256 has the same number as PostgreSQL's SASL, and without a password `pg` sends an empty
 * one or fails with an error of its own. For a method that we do not support it ends the login with a
 * `connect-authentication` that says what to do, without a password with `connect-password`.
 */
export function watchLogin(client: Client, where: string, credentials: Credentials): void {
  const inner: unknown = Reflect.get(client, 'connection');
  const connection = inner as Connection;
  const attach = connection.attachListeners.bind(connection);
  // This is the one place where `pg` starts to listen to the socket, or to TLS on it.
  connection.attachListeners = (stream) => attach(watched(stream, where, credentials));
}

function watched(stream: Stream, where: string, credentials: Credentials): Stream {
  let seen: Buffer | null = Buffer.alloc(0);
  const look = (bytes: Buffer, pass: Listener) => {
    if (seen === null) return pass(bytes);
    seen = Buffer.concat([seen, bytes]);
    if (seen[0] === AUTHENTICATION && seen.length < wanted(seen)) return;
    const all = seen;
    seen = null;
    const problem = loginProblem(all, where, credentials);
    if (problem === null) return pass(all);
    stream.destroy(problem);
  };
  const on: Stream['on'] = (event, listener) =>
    stream.on(event, event === 'data' ? (bytes) => look(bytes, listener) : listener);
  return { on, destroy: (error) => stream.destroy(error) };
}

/** The bytes to wait for: a message without content is one byte shorter than ENOUGH_BYTES. */
function wanted(seen: Buffer): number {
  return seen.length < 5 ? ENOUGH_BYTES : Math.min(ENOUGH_BYTES, 1 + seen.readUInt32BE(1));
}

/** Why we cannot answer the server's first request; null if we can. */
function loginProblem(seen: Buffer, where: string, { user, password }: Credentials): RemediationError | null {
  if (seen[0] !== AUTHENTICATION || seen.length < 9) return null;
  const way = seen.readInt32BE(5);
  // SASL lists names of mechanisms. GaussDB sends a number with leading zeros.
  const isSpoken = SPOKEN.has(way) || (way === SASL && seen[9] !== 0);
  if (!isSpoken) {
    const message = `The server at ${where} asks our role to log in by ${adviceOn(way, user)}.`;
    return new RemediationError('connect-authentication', message);
  }
  if (way === NO_PASSWORD || password !== '') return null;
  const message = `The server at ${where} asks for the password of role ${quoteIdentifier(user)}, and we have none.`;
  return new RemediationError('connect-password', message);
}

function adviceOn(way: number, user: string): string {
  const role = quoteIdentifier(user);
  const ofGaussdb = OF_GAUSSDB.get(way);
  if (ofGaussdb === 'SHA-256')
    return `GaussDB's SHA-256, which PostgreSQL's protocol does not have: set password_encryption_type to 1 there, then set the role's password again (ALTER USER ${role} PASSWORD '...'), because the setting counts when a password is set`;
  if (ofGaussdb !== undefined)
    return `GaussDB's ${ofGaussdb}, which PostgreSQL's protocol does not have: give role ${role} a line of its own in pg_hba.conf with sha256 or md5, and a password that was set while password_encryption_type was 1`;
  return `${OTHERS.get(way) ?? `a method that pg-headroom does not know (number ${way})`}, which pg-headroom does not support: give role ${role} a line of its own in pg_hba.conf with scram-sha-256`;
}
