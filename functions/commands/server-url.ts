import { BlockList, isIP } from 'node:net';
import { type Finding, invalid, quoted } from '../core/base/errors.ts';
import { DEFAULT_DATABASE } from '../core/base/maintenance-database.ts';
import type { Credentials, Target } from '../postgres/connection/target.ts';

/** Where to connect, and as which role. */
export type ServerUrl = { readonly target: Target; readonly credentials: Credentials };

/** The part of the help that commands with `--url` share. */
export const URL_HELP = `
The URL:
  postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=...&sslrootcert=FILE
  Defaults are port 5432 and database headroom, which role-sql makes. Without a password in the URL, PGPASSWORD is used; that
  keeps the password out of the process list. Write special characters percent-encoded (@ is %40, / is %2F). In place of
  the host, the folder of a Unix socket is allowed, percent-encoded too (%2Fvar%2Frun%2Fpostgresql).
  sslmode=verify-full   TLS. Checks the certificate against sslrootcert (default: the usual authorities) and HOST.
                        The default for every other host.
  sslmode=disable       No TLS. The default for a loopback address and a Unix socket.
  Other modes encrypt without checking which server answers, and are refused.`;

/** The last @ ends user and password. An @ in a later part means that the password was not percent-encoded. */
const SHAPE = /^postgres(?:ql)?:\/\/([^/?#]*)@([^/?#@]*)(?:\/([^/?#@]*))?(?:\?([^#@]*))?$/;
const DEFAULT_PORT = 5432;

/**
 * Parses the URL of a server.
 * @throws RemediationError `config-invalid` with all problems. It never quotes a part that may belong to a password.
 */
export function parseServerUrl(
  url: string,
  environment: Readonly<Record<string, string | undefined>>,
): ServerUrl {
  const findings: Finding[] = [];
  const refuse = (path: string, found: string, allowed: string) => findings.push({ path, found, allowed });
  const parts = SHAPE.exec(url);
  // When the URL has no valid shape, any part of it may belong to a password. So it is neither parsed nor quoted.
  if (parts === null) {
    const allowed =
      'a URL in the form that --help shows, with special characters percent-encoded (@ is %40, / is %2F)';
    throw invalid('config-invalid', 'The URL', [{ path: '--url', found: 'something else', allowed }]);
  }
  const [, login = '', authority = '', path = '', query = ''] = parts;
  const decode = (part: string, where: string) => {
    try {
      return decodeURIComponent(part);
    } catch {
      refuse(where, 'a stray %', 'percent-encoded text (% itself is %25)');
      return part;
    }
  };
  const [, user = '', password] = /^([^:]*)(?::(.*))?$/s.exec(login) ?? [];
  if (user === '') refuse('user', 'nothing', 'a role name before the @');
  const { host, port } = parseAuthority(authority, decode, refuse);
  const target = {
    host,
    port,
    database: decode(path, 'database') || DEFAULT_DATABASE,
    tls: parseTls(query, host, decode, refuse),
  };
  const credentials = {
    user: decode(user, 'user'),
    password: password ? decode(password, 'password') : (environment.PGPASSWORD ?? ''),
  };
  if (findings.length > 0) throw invalid('config-invalid', 'The URL', findings);
  return { target, credentials };
}

type Decode = (part: string, where: string) => string;
type Refuse = (path: string, found: string, allowed: string) => void;

function parseAuthority(
  authority: string,
  decode: Decode,
  refuse: Refuse,
): { readonly host: string; readonly port: number } {
  const [, inBrackets, name = '', digits] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(authority) ?? [];
  const host = inBrackets ?? decode(name, 'host');
  if (inBrackets !== undefined && isIP(inBrackets) !== 6)
    refuse('host', 'something else in brackets', 'an IPv6 address in [ ]');
  else if (host === '')
    refuse('host', 'nothing', "the server's own name, address, or socket folder after the @");
  else if (!isSocket(host) && !/^[\w.:-]+$/.test(host))
    refuse('host', 'other characters', 'one name or address');
  const port = digits === undefined || digits === '' ? DEFAULT_PORT : Number(digits);
  if (!/^\d*$/.test(digits ?? '') || port < 1 || port > 65_535)
    refuse('port', /^\d+$/.test(digits ?? '') ? quoted(port) : 'no number', 'a port from 1 to 65535');
  return { host, port };
}

function parseTls(query: string, host: string, decode: Decode, refuse: Refuse): Target['tls'] {
  const known = new Map<string, string>();
  for (const pair of query.split('&').filter((each) => each !== '')) {
    const [, key = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(pair) ?? [];
    if (key !== 'sslmode' && key !== 'sslrootcert')
      refuse('query', /^\w+$/.test(key) ? quoted(key) : 'another parameter', 'sslmode and sslrootcert');
    else if (known.has(key)) refuse(key, 'a second one', 'each once');
    else known.set(key, decode(value, key));
  }
  const inTheOpen = isSocket(host) || isLoopback(host);
  const mode = known.get('sslmode') ?? (inTheOpen && !known.has('sslrootcert') ? 'disable' : 'verify-full');
  const caFile = known.get('sslrootcert') ?? null;
  if (mode !== 'verify-full' && mode !== 'disable')
    refuse('sslmode', quoted(mode), 'verify-full, or disable where the network is trusted');
  if (mode === 'disable' && caFile !== null)
    refuse('sslrootcert', 'a file without TLS', 'sslmode=verify-full with it');
  if (mode === 'verify-full' && isSocket(host))
    refuse('sslmode', quoted(mode), 'disable: a Unix socket has no TLS');
  if (caFile === '') refuse('sslrootcert', 'nothing', 'the path of a PEM file');
  return mode === 'disable' ? { mode: 'off' } : { mode: 'verify', caFile };
}

function isSocket(host: string): boolean {
  return host.startsWith('/');
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

function isLoopback(host: string): boolean {
  const version = isIP(host);
  return version === 0 ? host === 'localhost' : LOOPBACK.check(host, version === 6 ? 'ipv6' : 'ipv4');
}
