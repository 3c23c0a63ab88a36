import { BlockList, isIP } from 'node:net';
import { type Finding, invalid, NOTHING, quoted } from '../../core/base/errors.ts';
import { DEFAULT_DATABASE } from '../../core/base/maintenance-database.ts';
import type { Credentials, Target } from '../../postgres/connection/target.ts';
import type { NamedServer, ReadServer } from './named-server.ts';
import { firstNamed } from './named-server.ts';

/** Where to connect, and as which role. An empty password means that no place has one. */
export type ResolvedServer = { readonly target: Target; readonly credentials: Credentials };

const DEFAULT_PORT = 5432;

/**
 * Where to connect, from all places that say something. The first place counts for each key by itself.
 * @throws RemediationError `config-invalid` with all problems. It never quotes a password.
 */
export function resolveServer(places: readonly ReadServer[]): ResolvedServer {
  const named = firstNamed(places.map((place) => place.named));
  const findings: Finding[] = places.flatMap((place) => place.findings);
  const refuse: Refuse = (path, found, allowed) => findings.push({ path, found, allowed });
  // Without a shape, nothing is known of the other parts, so that nothing is said about them.
  const isBroken = places.some((place) => place.findings.length > 0 && Object.keys(place.named).length === 0);
  if (!isBroken && named.user === undefined)
    refuse(
      'user',
      NOTHING,
      'a role before the @ of the URL (postgres://USER@HOST), in PGUSER, or as user in the service',
    );
  const host = isBroken ? '' : hostIn(named, refuse);
  const resolved = {
    target: {
      host,
      port: portIn(named, refuse),
      database: named.database?.text ?? DEFAULT_DATABASE,
      tls: tlsIn(named, host, refuse),
    },
    credentials: { user: named.user?.text ?? '', password: named.password?.text ?? '' },
  };
  if (findings.length > 0) throw invalid('config-invalid', "The server's address", findings);
  return resolved;
}

type Refuse = (path: string, found: string, allowed: string) => void;

function hostIn({ host }: NamedServer, refuse: Refuse): string {
  if (host === undefined)
    refuse('host', NOTHING, "the server's own name, address, or socket folder after the @, or in PGHOST");
  else if (!isSocket(host.text) && !/^[\w.:-]+$/.test(host.text))
    refuse(host.from, 'other characters', 'one name or address');
  return host?.text ?? '';
}

function portIn({ port }: NamedServer, refuse: Refuse): number {
  if (port === undefined) return DEFAULT_PORT;
  const number = /^\d+$/.test(port.text) ? Number(port.text) : null;
  if (number === null || number < 1 || number > 65_535)
    refuse(port.from, number === null ? 'no number' : quoted(number), 'a port from 1 to 65535');
  return number ?? DEFAULT_PORT;
}

/** Authorities from a variable say which ones to trust where TLS is used. In a URL they also say to use TLS. */
function tlsIn({ sslmode, sslrootcert }: NamedServer, host: string, refuse: Refuse): Target['tls'] {
  const file = sslrootcert?.text ?? null;
  const isAsked = sslrootcert !== undefined && !sslrootcert.from.startsWith('PG');
  const inTheOpen = isSocket(host) || isLoopback(host);
  const mode = sslmode?.text ?? (inTheOpen && !isAsked ? 'disable' : 'verify-full');
  const from = sslmode?.from ?? 'sslmode';
  if (mode !== 'verify-full' && mode !== 'disable')
    refuse(from, quoted(mode), 'verify-full, or disable where the network is trusted');
  if (mode === 'disable' && isAsked)
    refuse('sslrootcert', 'a file without TLS', 'sslmode=verify-full with it');
  if (mode === 'verify-full' && isSocket(host))
    refuse(from, quoted(mode), 'disable: a Unix socket has no TLS');
  if (mode === 'disable') return { mode: 'off' };
  return { mode: 'verify', caFile: file === 'system' ? null : file };
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
