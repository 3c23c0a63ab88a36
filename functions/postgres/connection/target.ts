import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { RemediationError } from '../../core/base/errors.ts';
import type { StatementChoice } from '../../core/server/statement-choice.ts';

/** Where the server is, and whom to trust. */
export type Target = {
  readonly host: string;
  readonly port: number;
  /** The maintenance database. */
  readonly database: string;
  /** `verify` checks the certificate's chain and name; `off` sends everything in the clear. */
  readonly tls: { readonly mode: 'verify'; readonly caFile: Authorities } | { readonly mode: 'off' };
  /** How much of its sessions' statements it lets out; by default their shape. */
  readonly statements?: StatementChoice;
};

/** A PEM file with whom to trust, or files of which the first that can be read counts; null is whom Node trusts. */
export type Authorities = string | readonly string[] | null;

/** `isToken`: IAM's, in place of a password. A refusal of it may pass, and each try costs the server more. */
export type Credentials = { readonly user: string; readonly password: string; readonly isToken?: boolean };

/**
 * Lends credentials, at most four times a connect: `refused` counts how many of them the server has refused as wrong.
 * Null says that there are no others.
 */
export type CredentialSource = (refused: number) => Promise<Credentials | null>;

/** As Node takes them; false is plaintext. */
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
  const message = `No certificate authorities for ${target.host} can be read (looked for ${files.join(', ')}): name a PEM file in HEADROOM_CA_FILE.`;
  throw new RemediationError('connect-tls', message);
}

/** At once: one small file, and before there is a connection nothing else is to be done. */
function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** How a target is written in messages. */
export function targetText({ host, port }: Target): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
