import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { RemediationError } from '../../core/base/errors.ts';
import type { StatementChoice } from '../../core/server/statement-choice.ts';

/** Where the server is, and which authorities we trust. */
export type Target = {
  readonly host: string;
  readonly port: number;
  /** The maintenance database. */
  readonly database: string;
  /** `verify` checks the certificate's chain and name; `off` sends everything in the clear. */
  readonly tls: { readonly mode: 'verify'; readonly caFile: Authorities } | { readonly mode: 'off' };
  /** How much of the sessions' statements leaves the server; default: only their shape. */
  readonly statements?: StatementChoice;
};

/**
 * A PEM file with the authorities to trust, or several, of which the first readable one counts. Null means those that Node
 * trusts.
 */
export type Authorities = string | readonly string[] | null;

/**
 * `isToken`: an IAM token in place of a password. A refused token may be accepted later, and each try costs the server
 * more.
 */
export type Credentials = { readonly user: string; readonly password: string; readonly isToken?: boolean };

/**
 * Returns credentials, at most four times per connect. `refused` is how many of them the server has refused as wrong. Null
 * means that there are no others.
 */
export type CredentialSource = (refused: number) => Promise<Credentials | null>;

/** In the form that Node takes; false means no TLS. */
export type TlsOptions = false | { readonly ca?: string };

/** @throws RemediationError `connect-tls` when no file with the authorities can be read. */
export function tlsOptions(target: Target): TlsOptions {
  if (target.tls.mode === 'off') return false;
  const { caFile } = target.tls;
  if (caFile === null) return {};
  const files = [caFile].flat();
  for (const file of files) {
    const ca = textOf(file);
    if (ca !== null) return { ca };
  }
  const message = `No certificate authorities for ${target.host} can be read (looked for ${files.join(', ')}): declare a PEM file as "caFile", or name it in the URL as sslrootcert.`;
  throw new RemediationError('connect-tls', message);
}

/** Synchronous: it is one small file, and before the connection there is nothing else to do. */
function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** The text of a target in messages. */
export function targetText({ host, port }: Target): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
